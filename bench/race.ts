/**
 * Races the built package, as whole processes from file to file, against `cp` and against peers that are installed.
 *
 *     npm run bench:peers -- --rows 10000000 --runs 5 --jobs arrow-sigmoid,arrow-softmax --peers all --json race.json
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine, machineText } from './machine.js';
import { raceJobs } from './race/jobs.js';
import { findPeers } from './race/peers.js';
import { type JobResult, raceJob } from './race/race-job.js';
import { jobText, versionsText } from './race/text.js';

const { values } = parseArgs({
  options: {
    /** Rows of the table; 76 bytes each. */
    rows: { type: 'string', default: '10000000' },
    /** Timed runs of each contestant. */
    runs: { type: 'string', default: '5' },
    /** Names of jobs, or `all`. */
    jobs: { type: 'string', default: 'all' },
    /** Names of peers, `all` that are installed, or `none`. */
    peers: { type: 'string', default: 'all' },
    /** A folder for the files, which then stay and are used again; otherwise they are made in a temporary one. */
    folder: { type: 'string' },
    /** Where the results go as JSON. */
    json: { type: 'string' },
  },
});

const rowCount = positiveInteger(values.rows, 'rows');
const runCount = positiveInteger(values.runs, 'runs');
const { available, missing } = findPeers(values.peers.split(','));
const jobs = raceJobs(available);
const jobNames = jobs.map(({ name }) => name);
const wanted = values.jobs === 'all' ? jobNames : values.jobs.split(',');
const unknown = wanted.find((name) => !jobNames.includes(name));
if (unknown !== undefined) throw new Error(`no job is called ${unknown}; choose from ${jobNames.join(', ')}, all`);

const machine = describeMachine();
console.log(`${machineText(machine)}\n${rowCount} rows, ${runCount} runs of each, medians\n`);
for (const reason of missing) console.log(reason);

if (values.folder !== undefined) mkdirSync(values.folder, { recursive: true });
const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'lanewise-race-'));
const results: JobResult[] = [];
try {
  for (const job of jobs.filter(({ name }) => wanted.includes(name))) {
    const result = await raceJob(job, { folder, rowCount, runCount });
    results.push(result);
    console.log(jobText(result));
  }
} finally {
  if (values.folder === undefined) rmSync(folder, { recursive: true });
}
console.log(versionsText(results));
if (results.some(({ failures }) => failures.length > 0)) process.exitCode = 1;
if (values.json !== undefined) {
  writeFileSync(values.json, `${JSON.stringify({ machine, rowCount, runCount, results }, undefined, 2)}\n`);
}

function positiveInteger(text: string, option: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`--${option} is '${text}', not a whole number above 0`);
  return value;
}

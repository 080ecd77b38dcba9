import { writeFile } from 'node:fs/promises';
import { LanewiseError } from '../errors.js';
import { reportHtml } from './html.js';
import type { BenchReport } from './report.js';
import type { Table } from './tables.js';

/** Writes the report as a page, over one that is there. @throws LW_IO */
export async function writePage(path: string, report: BenchReport, comparison: Table | undefined): Promise<void> {
  try {
    await writeFile(path, reportHtml(report, comparison));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LanewiseError('LW_IO', `can't write ${path}: ${reason}`, { cause: error });
  }
}

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { errorLine } from './measure.js';

const fromRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The command that is raced: the built package. */
export const LANEWISE: readonly string[] = [process.execPath, fromRoot('dist/cli.cjs')];

/** Another way to do the job. */
export interface Peer {
  readonly name: string;
  /** The start of its command; the job's own words follow. */
  readonly command: readonly string[];
  readonly reads: readonly ('arrow' | 'parquet')[];
  readonly activations: readonly string[];
  /** What its results may differ from the reference, relatively, if they need more than double precision does. */
  readonly tolerance?: number;
  /** Prints the versions of what it needs, or fails. */
  readonly probe: readonly string[];
}

/** The interpreter that has the Python peers: `PYTHON`, or `python3`. */
export const PYTHON = process.env.PYTHON ?? 'python3';

const EVERYTHING = ['sigmoid', 'softmax', 'tanh'];

export const PEERS: readonly Peer[] = [
  pythonPeer('polars', 'with_polars.py', ['polars'], ['arrow', 'parquet'], EVERYTHING),
  pythonPeer('numpy+pyarrow', 'with_numpy.py', ['numpy', 'pyarrow'], ['arrow', 'parquet'], EVERYTHING),
  pythonPeer('torch+pyarrow', 'with_torch.py', ['torch', 'pyarrow'], ['arrow', 'parquet'], EVERYTHING),
  pythonPeer('duckdb', 'with_duckdb.py', ['duckdb'], ['parquet'], EVERYTHING),
  nodePeer('duckdb (node)', 'duckdb-node.mjs', '@duckdb/node-api', ['parquet'], EVERYTHING),
  nodePeer('polars (node)', 'polars-node.mjs', 'nodejs-polars', ['arrow', 'parquet'], ['sigmoid', 'softmax']),
  {
    ...nodePeer('onnxruntime', 'onnxruntime-node.mjs', 'onnxruntime-node', ['arrow', 'parquet'], EVERYTHING),
    // The error of its sigmoid is small beside 1, not beside a small result.
    tolerance: 1e-9,
  },
  {
    ...nodePeer('tfjs wasm', 'tfjs-wasm.mjs', '@tensorflow/tfjs-backend-wasm', ['arrow', 'parquet'], EVERYTHING),
    // It computes in single precision.
    tolerance: 1e-5,
  },
];

export interface PeerAvailability {
  readonly available: readonly Peer[];
  /** Why each of the others isn't. */
  readonly missing: readonly string[];
}

/** Finds which of the peers of these names are installed; all of them are asked for by `all`, none by `none`. */
export function findPeers(names: readonly string[]): PeerAvailability {
  const known = PEERS.map(({ name }) => name);
  const unknown = names.find((name) => !['all', 'none', ...known].includes(name));
  if (unknown !== undefined)
    throw new Error(`no peer is called ${unknown}; choose from ${known.join(', ')}, all, none`);
  const wanted = PEERS.filter(({ name }) => names.includes('all') || names.includes(name));
  const available: Peer[] = [];
  const missing: string[] = [];
  for (const peer of wanted) {
    const [file = '', ...args] = peer.probe;
    const { status, stderr, error } = spawnSync(file, args, { encoding: 'utf8', cwd: fromRoot('.') });
    if (status === 0) available.push(peer);
    else missing.push(`${peer.name} is left out: ${error?.message ?? errorLine(stderr)}`);
  }
  return { available, missing };
}

function pythonPeer(
  name: string,
  script: string,
  modules: readonly string[],
  reads: Peer['reads'],
  activations: readonly string[],
): Peer {
  return {
    name,
    command: [PYTHON, fromRoot(`bench/peers/${script}`)],
    reads,
    activations,
    probe: [PYTHON, '-c', `import ${modules.join(', ')}`],
  };
}

function nodePeer(
  name: string,
  script: string,
  module: string,
  reads: Peer['reads'],
  activations: readonly string[],
): Peer {
  return {
    name,
    command: [process.execPath, fromRoot(`bench/peers/${script}`)],
    reads,
    activations,
    probe: [process.execPath, '--input-type=module', '-e', `await import('${module}')`],
  };
}

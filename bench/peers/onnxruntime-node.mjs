// ONNX Runtime's Node package: a model of one operator, on doubles and on all its threads.
import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { run } from './batches.mjs';

const OPERATORS = { sigmoid: 'Sigmoid', tanh: 'Tanh', softmax: 'Softmax' };
/** From onnx.proto: the numbers that a model is written in. */
const DOUBLE = 11;
const INTEGER_ATTRIBUTE = 2;
const IR_VERSION = 8;
const OPERATOR_SET_VERSION = 13;

const sessions = new Map();

await run({ 'onnxruntime-node': env.versions.node }, async (name, columns) => {
  if (!sessions.has(name)) sessions.set(name, InferenceSession.create(modelOf(OPERATORS[name])));
  const session = await sessions.get(name);
  if (name !== 'softmax') {
    const results = [];
    for (const column of columns) results.push(await apply(session, column, [column.length]));
    return results;
  }
  const length = columns[0].length;
  const rows = new Float64Array(length * columns.length);
  for (const [index, column] of columns.entries()) rows.set(column, index * length);
  const result = await apply(session, rows, [columns.length, length]);
  return columns.map((_, index) => result.subarray(index * length, (index + 1) * length));
});

async function apply(session, values, shape) {
  const { y } = await session.run({ x: new Tensor('float64', values, shape) });
  return y.data;
}

/** The model y = operator(x), as bytes of ONNX. Softmax runs over the first axis: columns lie one after the other. */
function modelOf(operator) {
  const isSoftmax = operator === 'Softmax';
  const axis = isSoftmax ? field(5, [...field(1, 'axis'), ...field(3, 0), ...field(20, INTEGER_ATTRIBUTE)]) : [];
  const node = [...field(1, 'x'), ...field(2, 'y'), ...field(4, operator), ...axis];
  const dimensions = (isSoftmax ? ['columns', 'rows'] : ['rows']).flatMap((name) => field(1, field(2, name)));
  const type = field(2, field(1, [...field(1, DOUBLE), ...field(2, dimensions)]));
  const [input, output] = ['x', 'y'].map((name) => [...field(1, name), ...type]);
  const graph = [...field(1, node), ...field(2, operator), ...field(11, input), ...field(12, output)];
  return Uint8Array.from([...field(1, IR_VERSION), ...field(7, graph), ...field(8, field(2, OPERATOR_SET_VERSION))]);
}

/** A field of a protocol buffer: an integer, a string, or a message's bytes. */
function field(id, value) {
  if (typeof value === 'number') return [...varint(8 * id), ...varint(value)];
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return [...varint(8 * id + 2), ...varint(bytes.length), ...bytes];
}

function varint(value) {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

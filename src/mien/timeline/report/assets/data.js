// Reads what the page carries: the facts as JSON, and arrays as base64 of compressed bytes.

const data = JSON.parse(byId("data").textContent);

function byId(id) { return document.getElementById(id); }

// The bytes of a block of text in the page.
function raw(id) {
  const text = byId(id).textContent;
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const letters = atob(text), bytes = new Uint8Array(letters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

// The unsigned integers of a block: all lowest bytes, then all second ones, ... (2 or 4 of them) as numbers.
async function integers(block, width) {
  const stream = new Blob([raw(`b${block}`)]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer()), n = bytes.length / width;
  const found = width === 2 ? new Uint16Array(n) : new Uint32Array(n);
  for (let plane = 0; plane < width; plane++)
    for (let i = 0, at = plane * n; i < n; i++) found[i] |= bytes[at + i] << (8 * plane);
  return found;
}

// Seconds of the rows of a series.
async function secondsOf(series) {
  const steps = await integers(series.times, 4), seconds = new Float64Array(steps.length);
  for (let i = 0, ticks = 0; i < steps.length; i++) { ticks += steps[i]; seconds[i] = ticks * data.tick; }
  return seconds;
}

// Values of a column, NaN where nothing was measured.
async function valuesOf(column) {
  const levels = await integers(column.block, 2), step = (column.high - column.low) / data.levels;
  const values = new Float32Array(levels.length);
  for (let i = 0; i < values.length; i++) values[i] = levels[i] > data.levels ? NaN : column.low + levels[i] * step;
  return values;
}

// A curve of a series, read once: {times, levels (as `pyramid` makes them), every, step (between two values)}.
const read = new Map();

function curveOf(series, name) {
  const column = series.columns[name];
  series.read ??= secondsOf(series);
  if (!read.has(column)) {
    const made = Promise.all([series.read, valuesOf(column)]);
    read.set(column, made.then(([times, values]) => ({ times, levels: pyramid(values), every: data.every, step: (column.high - column.low) / data.levels })));
  }
  return read.get(column);
}

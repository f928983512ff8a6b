// The lowest and highest value of any stretch of a curve, in about as many steps as its length has digits.

const FOLD = 16;

// Levels of {low, high, sum, count}: of the values themselves, then of FOLD entries of the level before in each.
function pyramid(values) {
  const levels = [{ low: values, high: values, sum: values.map((one) => (Number.isNaN(one) ? 0 : one)), count: values.map((one) => (Number.isNaN(one) ? 0 : 1)) }];
  while (levels.at(-1).low.length > FOLD) levels.push(folded(levels.at(-1)));
  return levels;
}

function folded({ low, high, sum, count }) {
  const n = Math.ceil(low.length / FOLD), sums = new Float32Array(n), counts = new Float32Array(n);
  const lows = new Float32Array(n).fill(Infinity), highs = new Float32Array(n).fill(-Infinity);
  for (let i = 0; i < low.length; i++) {
    const at = (i / FOLD) | 0;
    if (low[i] < lows[at]) lows[at] = low[i];
    if (high[i] > highs[at]) highs[at] = high[i];
    sums[at] += sum[i];
    counts[at] += count[i];
  }
  return { low: lows, high: highs, sum: sums, count: counts };
}

// {low, high, mean} of the rows from..to-1, or null where none of them has a value.
function extent(levels, from, to) {
  let low = Infinity, high = -Infinity, sum = 0, count = 0, level = 0, size = 1;
  while (from < to) {
    while (level + 1 < levels.length && from % (size * FOLD) === 0 && from + size * FOLD <= to) { level++; size *= FOLD; }
    while (level > 0 && (from % size !== 0 || from + size > to)) { level--; size /= FOLD; }
    const at = from / size;
    if (levels[level].low[at] < low) low = levels[level].low[at];
    if (levels[level].high[at] > high) high = levels[level].high[at];
    sum += levels[level].sum[at];
    count += levels[level].count[at];
    from += size;
  }
  return count ? { low, high, mean: sum / count } : null;
}

// The first index from `begin` whose time is not before the given one.
function search(times, time, begin = 0) {
  let low = begin, high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] < time) low = middle + 1; else high = middle;
  }
  return low;
}

// The lowest and highest value of any stretch of a curve, in about as many steps as its length has digits.

const FOLD = 16;

// Levels of {low, high, sum, count}: the values themselves (NaN: none), then in each entry FOLD of the level before.
function pyramid(values) {
  const levels = [{ low: values, high: values }];
  while (levels.at(-1).low.length > FOLD) levels.push(folded(levels.at(-1)));
  return levels;
}

function folded({ low, high, sum = low, count }) {
  const n = Math.ceil(low.length / FOLD), sums = new Float32Array(n), counts = new Uint32Array(n);
  const lows = new Float32Array(n).fill(Infinity), highs = new Float32Array(n).fill(-Infinity);
  for (let i = 0; i < low.length; i++) {
    if (!(low[i] <= high[i])) continue; // nothing there
    const at = (i / FOLD) | 0;
    if (low[i] < lows[at]) lows[at] = low[i];
    if (high[i] > highs[at]) highs[at] = high[i];
    sums[at] += sum[i];
    counts[at] += count ? count[i] : 1;
  }
  return { low: lows, high: highs, sum: sums, count: counts };
}

// {low, high, mean} of the rows from..to-1, or null where none of them has a value.
function extent(levels, from, to) {
  let low = Infinity, high = -Infinity, total = 0, number = 0, level = 0, size = 1;
  while (from < to) {
    while (level + 1 < levels.length && from % (size * FOLD) === 0 && from + size * FOLD <= to) { level++; size *= FOLD; }
    while (level > 0 && (from % size !== 0 || from + size > to)) { level--; size /= FOLD; }
    const at = from / size, here = levels[level];
    if (here.low[at] <= here.high[at]) {
      low = Math.min(low, here.low[at]);
      high = Math.max(high, here.high[at]);
      total += level ? here.sum[at] : here.low[at];
      number += level ? here.count[at] : 1;
    }
    from += size;
  }
  return number ? { low, high, mean: total / number } : null;
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

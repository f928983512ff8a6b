// The lowest and highest value of any stretch of a curve, in about as many steps as its length has digits.

const FOLD = 16;

// Levels of {low, high}: the first is the values themselves, each next one has the extent of FOLD entries in one.
function pyramid(values) {
  const levels = [{ low: values, high: values }];
  while (levels.at(-1).low.length > FOLD) {
    const { low, high } = levels.at(-1), n = Math.ceil(low.length / FOLD);
    const lower = new Float32Array(n).fill(NaN), upper = new Float32Array(n).fill(NaN);
    for (let i = 0; i < low.length; i++) {
      const at = (i / FOLD) | 0;
      if (!(low[i] >= lower[at])) lower[at] = Number.isNaN(low[i]) ? lower[at] : low[i];
      if (!(high[i] <= upper[at])) upper[at] = Number.isNaN(high[i]) ? upper[at] : high[i];
    }
    levels.push({ low: lower, high: upper });
  }
  return levels;
}

// [low, high] of the rows from..to-1, or null where none of them has a value.
function extent(levels, from, to) {
  let low = Infinity, high = -Infinity, level = 0, size = 1;
  while (from < to) {
    while (level + 1 < levels.length && from % (size * FOLD) === 0 && from + size * FOLD <= to) { level++; size *= FOLD; }
    while (level > 0 && (from % size !== 0 || from + size > to)) { level--; size /= FOLD; }
    const at = from / size;
    if (levels[level].low[at] < low) low = levels[level].low[at];
    if (levels[level].high[at] > high) high = levels[level].high[at];
    from += size;
  }
  return low <= high ? [low, high] : null;
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

// Tuning as the command does it, from any start. What each number is for stands in `tuning.py`.
const $width = $facts.window[1] - $facts.window[0], $height = $facts.window[3] - $facts.window[2];
let $known = null;
// The window's finite heights, sorted, and whether a lowest lies off its edge.
const $ranks = () => {
  if ($known) return $known;
  const [x0, x1, y0, y1] = $facts.window, count = 192;
  const place = (k) => (k + 0.5) / count;
  let heights = new Float64Array(count * count), found = 0, inner = Infinity;
  for (let row = 0; row < count; row++)
    for (let column = 0; column < count; column++) {
      const height = value(x0 + place(column) * (x1 - x0), y0 + place(row) * (y1 - y0));
      if (!Number.isFinite(height)) continue;
      heights[found++] = height;
      const inside = row > 0 && column > 0 && row < count - 1 && column < count - 1;
      if (inside && height < inner) inner = height;
    }
  heights = heights.slice(0, found).sort();
  return ($known = { heights, enclosed: heights[0] === inner });
};
const $rank = (heights, height) => {
  let low = 0, high = heights.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (heights[middle] < height) low = middle + 1;
    else high = middle;
  }
  return low / heights.length;
};
const $norm = (x, y) => Math.sqrt(x * x + y * y);
// The objective of a path; Infinity where it diverges.
const $score = (path) => {
  const [x0, x1, y0, y1] = $facts.window, { heights, enclosed } = $ranks();
  let sum = 0, length = 0, longest = 0, leaves = false;
  for (let k = 0; k < path.length; k += 2) {
    const x = path[k], y = path[k + 1], height = value(x, y);
    const near = x >= x0 - $width && x <= x1 + $width && y >= y0 - $height && y <= y1 + $height;
    if (!near || !Number.isFinite(height)) return Infinity;
    const inside = x0 <= x && x <= x1 && y0 <= y && y <= y1;
    if (!inside) leaves = true;
    sum += Math.log10((inside ? $rank(heights, height) : 1) + 1e-4);
    if (!k) continue;
    const stride = $norm(x / $width - path[k - 2] / $width, y / $height - path[k - 1] / $height);
    length += stride;
    longest = $maximum(longest, stride);
  }
  const end = path.length - 2;
  const far = $norm(path[end] / $width - path[0] / $width, path[end + 1] / $height - path[1] / $height);
  const detour = length - $minimum(far, 1), leaps = Math.log2($maximum(longest / 0.08, 1));
  return sum / (path.length / 2) + 0.1 * detour + 2 * leaps + 2 * (leaves && enclosed);
};
const $decades = (first, last) => {
  const rates = [];
  const grid = [10, 11, 12, 13, 15, 16, 18, 20, 22, 24, 27, 30, 33, 36, 39, 43, 47, 51, 56, 62, 68, 75, 82, 91];
  for (let power = first; power < last; power++) for (const n of grid) rates.push(+`${n}e${power - 1}`);
  return rates;
};
const $judged = (found) =>
  found.map((own, k) => {
    const before = found[Math.max(k - 1, 0)], after = found[Math.min(k + 1, found.length - 1)];
    return $maximum($maximum(before, after), own);
  });
const $order = (found) => {
  const worst = $judged(found), by = worst.some(Number.isFinite) ? worst : found;
  return by.map((_, k) => k).sort((a, b) => (by[a] < by[b] ? -1 : by[a] > by[b] ? 1 : a - b));
};
const $end = (found) => {
  const worst = $judged(found);
  if (worst.every((one) => one === Infinity) || worst[0] < Math.min(...worst.slice(1))) return -1;
  return worst[worst.length - 1] < Math.min(...worst.slice(0, -1)) ? 1 : 0;
};
const $apart = (a, b, k) => $maximum(Math.abs(a[k] - b[k]) / $width, Math.abs(a[k + 1] - b[k + 1]) / $height);
// A generator that yields how much is done, 0 to 1, and returns { lr, objective }.
const tune = function* (name, settings, start, steps) {
  const taken = Math.min(steps, 1000, $most), size = 2 * taken + 2;
  const path = (lr) => {
    const points = new Float64Array(size).fill(NaN);
    points[0] = start[0];
    points[1] = start[1];
    $walk(name, { ...settings, lr }, start, steps, taken, (step, x, y) => {
      points[2 * step] = x;
      points[2 * step + 1] = y;
      return true;
    });
    return points;
  };
  let done = 0, total = 200;
  const tried = function* (rates) {
    const trials = [];
    for (const lr of rates) {
      const points = path(lr);
      trials.push({ lr, points, score: $score(points) });
      if (++done % 4 == 0) yield Math.min(done / total, 1);
    }
    return trials;
  };
  const scores = () => trials.map((one) => one.score);
  let low = -5, high = 3, trials = yield* tried([...$decades(low, high), 1e3]);
  for (let widened = 0; widened < 2; widened++) {
    const side = $end(scores());
    if (!side) break;
    total += 200;
    if (side < 0) {
      trials = [...(yield* tried($decades(low - 8, low))), ...trials];
      low -= 8;
    } else {
      trials.push(...(yield* tried($decades(high, high + 8).slice(1))));
      high += 8;
    }
  }
  const nudged = (trial) => [path(trial.lr * (1 - 1e-6)), path(trial.lr * (1 + 1e-6))];
  const order = $order(scores()), first = trials[order[0]];
  let best = first;
  const same = (other) => {
    for (let k = 0; k < size; k += 2) if (!($apart(other, first.points, k) < 0.02)) return false;
    return true;
  };
  if (!nudged(first).every(same)) {
    for (const at of order) {
      const trial = trials[at];
      if (!Number.isFinite(trial.score)) continue;
      yield Math.min(++done / total, 1);
      if (nudged(trial).every((other) => $apart(other, trial.points, size - 2) < 0.02)) {
        best = trial;
        break;
      }
    }
  }
  return { lr: best.lr, objective: best.score };
};

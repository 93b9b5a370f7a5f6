// A bicubic spline through heights on a grid, as `surface/spline.py` computes it, in the same order.
const $bent = (nodes, values) => {
  const count = nodes.length, last = count - 1;
  const width = nodes.slice(1).map((node, k) => node - nodes[k]);
  const rise = width.map((wide, k) => (values[k + 1] - values[k]) / wide);
  const lower = new Float64Array(count), middle = new Float64Array(count);
  const upper = new Float64Array(count), right = new Float64Array(count);
  for (let k = 1; k < last; k++) {
    lower[k] = width[k];
    upper[k] = width[k - 1];
    middle[k] = 2 * (width[k - 1] + width[k]);
    right[k] = 3 * (width[k] * rise[k - 1] + width[k - 1] * rise[k]);
  }
  const end = (near, far, first, second) => {
    const both = near + far;
    return [far, both, ((near + 2 * both) * far * first + near * near * second) / both];
  };
  [middle[0], upper[0], right[0]] = end(width[0], width[1], rise[0], rise[1]);
  [middle[last], lower[last], right[last]] = end(width[last - 1], width[last - 2], rise[last - 1], rise[last - 2]);
  for (let k = 1; k < count; k++) {
    const share = lower[k] / middle[k - 1];
    middle[k] -= share * upper[k - 1];
    right[k] -= share * right[k - 1];
  }
  right[last] /= middle[last];
  for (let k = last - 1; k >= 0; k--) right[k] = (right[k] - upper[k] * right[k + 1]) / middle[k];
  return right;
};
// Hermite's polynomials, of value and slope at a cell's first end, then last, and those of their derivatives.
const $hermite = [[1, 0, -3, 2], [0, 1, -2, 1], [0, 0, 3, -2], [0, 0, -1, 1]];
const $times = [[1, 1, 1, 1], [0, 1, 2, 3], [0, 0, 2, 6]];
const $spline = (xs, ys, heights) => {
  const columns = xs.length, rows = ys.length;
  const along_x = new Float64Array(heights.length);
  for (let row = 0; row < rows; row++) along_x.set($bent(xs, heights.slice(row * columns, (row + 1) * columns)), row * columns);
  const along_y = (values) => {
    const found = new Float64Array(values.length);
    for (let column = 0; column < columns; column++) {
      $bent(ys, ys.map((_, row) => values[row * columns + column])).forEach((slope, row) => (found[row * columns + column] = slope));
    }
    return found;
  };
  const nodes = [[heights, along_x], [along_y(heights), along_y(along_x)]];
  const cell = (axis, place) => {
    let low = 0, high = axis.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (axis[middle] > place) high = middle;
      else low = middle + 1;
    }
    return Math.min(Math.max(low - 1, 0), axis.length - 2);
  };
  const weights = (axis, place, at, order) => {
    const width = axis[at + 1] - axis[at];
    const inside = axis[0] <= place && place <= axis[axis.length - 1];
    const share = inside ? (place - axis[at]) / width : NaN;
    return $hermite.map((basis, end) => {
      let found = 0;
      for (let power = 3; power >= order; power--) found = found * share + basis[power] * $times[order][power];
      if (end & 1) found *= width;
      return order ? found / (order === 1 ? width : width * width) : found;
    });
  };
  const derivative = (x, y, by_x, by_y) => {
    const column = cell(xs, x), row = cell(ys, y);
    const across = weights(xs, x, column, by_x), up = weights(ys, y, row, by_y);
    let total = 0;
    for (let end = 0; end < 4; end++) {
      const [values, slopes] = nodes[end & 1], at = (row + (end >> 1)) * columns + column;
      total += up[end] * (values[at] * across[0] + slopes[at] * across[1] + values[at + 1] * across[2] + slopes[at + 1] * across[3]);
    }
    return total;
  };
  return {
    value: (x, y) => derivative(x, y, 0, 0),
    gradient(x, y) {
      $g[0] = derivative(x, y, 1, 0);
      $g[1] = derivative(x, y, 0, 1);
    },
    hessian(x, y) {
      $h[0] = derivative(x, y, 2, 0);
      $h[1] = $h[2] = derivative(x, y, 1, 1);
      $h[3] = derivative(x, y, 0, 2);
    },
  };
};

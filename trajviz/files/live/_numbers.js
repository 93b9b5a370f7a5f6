// Arithmetic as Python's and numpy's. Math.pow and others differ from C's by rounding at most.
const $g = new Float64Array(2), $h = new Float64Array(4), $w = new Float64Array(2);
const $sign = (x) => (x > 0 ? 1 : x < 0 ? -1 : x == 0 ? 0 : NaN);
const $maximum = (a, b) => (a >= b || a !== a ? a : b);
const $minimum = (a, b) => (a <= b || a !== a ? a : b);
const $max = (a, b) => (b > a ? b : a);
const $min = (a, b) => (b < a ? b : a);
const $clip = (x, low, high) => $minimum($maximum(x, low), high);
const $square = (x) => x * x;
const $mod = (a, b) => {
  const rest = a % b;
  return rest ? (rest < 0 !== b < 0 ? rest + b : rest) : b === b && rest === 0 ? (b < 0 ? -0 : 0) : NaN;
};
const $floordiv = (a, b) => {
  if (b == 0) return a / b;
  const rest = a % b;
  const quotient = (a - rest) / b - (rest && rest < 0 !== b < 0 ? 1 : 0);
  if (quotient === 0) return a / b < 0 || Object.is(a / b, -0) ? -0 : 0;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
};
const $rint = (x) => {
  const below = Math.floor(x), rest = x - below;
  const found = rest > 0.5 || (rest === 0.5 && below % 2) ? below + 1 : below;
  return found === 0 && $signbit(x) ? -0 : found;
};
// A number as the sum of two halves, so that products of halves are exact (Dekker 1971).
const $upper = (x) => {
  const t = 134217729 * x;
  return t - (t - x);
};
const $error = (a, b, product) => {
  const a1 = $upper(a), a2 = a - a1, b1 = $upper(b), b2 = b - b1;
  return a2 * b2 - (product - a1 * b1 - a2 * b1 - a1 * b2);
};
const $whole = (x, n) => {
  // x ** n for a whole n, from squares in twice the digits.
  let high = 1, low = 0, b = x, b2 = 0;
  for (let left = Math.abs(n); ; ) {
    if (left % 2) {
      const p = high * b, q = $error(high, b, p) + (high * b2 + low * b);
      high = p + q;
      low = q - (high - p);
    }
    left = Math.floor(left / 2);
    if (!left) break;
    const p = b * b, q = $error(b, b, p) + 2 * b * b2;
    b = p + q;
    b2 = q - (b - p);
  }
  if (n > 0) return high;
  const found = 1 / high, product = found * high;
  return found + (1 - product - $error(found, high, product) - found * low) / high;
};
const $pow = (x, y) => {
  if (x === 1 || y === 0) return 1;
  if (y === 1) return x;
  if (x === -1 && (y === Infinity || y === -Infinity)) return 1;
  const size = Math.abs(x);
  if (Number.isInteger(y) && size > 1e-140 && size < 1e140 && Math.abs(y) < 2048) {
    const found = $whole(x, y), there = Math.abs(found);
    if (there > 1e-280 && there < 1e280) return found;
  }
  return Math.pow(x, y);
};
const $hypot = (x, y) => {
  let a = Math.abs(x), b = Math.abs(y);
  if (a === Infinity || b === Infinity) return Infinity;
  if (a < b) [a, b] = [b, a];
  if (!(b > 0) || b < a * 1e-17 || a > 1e150 || b < 1e-140) return b === b ? Math.hypot(a, b) : NaN;
  const aa = a * a, bb = b * b, sum = aa + bb, root = Math.sqrt(sum), rr = root * root;
  const rest = bb - (sum - aa) + $error(a, a, aa) + $error(b, b, bb) + (sum - rr) - $error(root, root, rr);
  return root + rest / (2 * root);
};
const $logaddexp = (a, b) => {
  if (a === b) return a + Math.LN2;
  const d = a - b;
  return d > 0 ? a + Math.log1p(Math.exp(-d)) : d <= 0 ? b + Math.log1p(Math.exp(d)) : NaN;
};
const $logaddexp2 = (a, b) => {
  if (a === b) return a + 1;
  const d = a - b, log = (x) => Math.LOG2E * Math.log1p(x);
  return d > 0 ? a + log(Math.pow(2, -d)) : d <= 0 ? b + log(Math.pow(2, d)) : NaN;
};
const $heaviside = (x, h) => (x !== x ? x : x === 0 ? h : x < 0 ? 0 : 1);
const $bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
const $numbers = (text) => new Float64Array($bytes(text));
const $pooled = (pool, text) => Float64Array.from(new Uint16Array($bytes(text)), (k) => pool[k]);
// The Hessian as central differences of the gradient.
const $differences = (surface, x, y, o) => {
  const size = 6.055454452393343e-6;
  const along = (x1, y1, x0, y0, width) => {
    surface.gradient(x1, y1, o);
    const [x, y] = $g;
    surface.gradient(x0, y0, o);
    return [(x - $g[0]) / width, (y - $g[1]) / width];
  };
  const a = size * $maximum(1, Math.abs(x)), b = size * $maximum(1, Math.abs(y));
  const [xx, xy] = along(x + a, y, x - a, y, x + a - (x - a));
  const [yx, yy] = along(x, y + b, x, y - b, y + b - (y - b));
  $h[0] = (xx + xx) / 2;
  $h[1] = $h[2] = (xy + yx) / 2;
  $h[3] = (yy + yy) / 2;
};
const $isinf = (x) => x === Infinity || x === -Infinity;
const $signbit = (x) => x < 0 || Object.is(x, -0);
const $and = (a, b) => a != 0 && b != 0;
const $or = (a, b) => a != 0 || b != 0;
const $xor = (a, b) => (a != 0) !== (b != 0);
const $not = (a) => a == 0;
const $exp2 = (x) => Math.pow(2, x);
const $reciprocal = (x) => 1 / x;
const $radians = (x) => x * (Math.PI / 180);
const $degrees = (x) => x * (180 / Math.PI);
// A number as Python's repr writes it.
const format = (number) => {
  if (!Number.isFinite(number)) return number !== number ? "nan" : number > 0 ? "inf" : "-inf";
  if (Object.is(number, -0)) return "-0.0";
  let [digits, power] = number.toExponential().split("e");
  if (+power < -4 || +power >= 16) {
    const size = String(Math.abs(+power)).padStart(2, "0");
    return `${digits}e${+power < 0 ? "-" : "+"}${size}`;
  }
  let text = String(number);
  if (text.includes("e")) {
    const [, sign, figures] = digits.replace(".", "").match(/(-?)(\d+)/);
    text = `${sign}0.${"0".repeat(-power - 1)}${figures}`;
  }
  return text.includes(".") ? text : `${text}.0`;
};

const $ends = (text) => text.split("/").map((end) => +end.replace("inf", "Infinity"));
// What a rule asks in place of the surface: at each step its mini-batch or noise, all of it clamped.
const $oracle = (lr, { bounds, clip, clip_value }) => {
  const bounded = bounds !== undefined;
  const [x0, x1, y0, y1] = bounded ? $ends(bounds) : [];
  return {
    lr,
    step: 0,
    asked: 0,
    gradient(x, y) {
      this.asked++;
      if (bounded) (x = $clip(x, x0, x1)), (y = $clip(y, y0, y1));
      $seen.gradient(this.step, x, y);
      if (clip_value !== undefined) {
        $g[0] = $clip($g[0], -clip_value, clip_value);
        $g[1] = $clip($g[1], -clip_value, clip_value);
      }
      if (clip !== undefined) {
        const length = $hypot($g[0], $g[1]);
        const factor = $minimum(1, clip / (length > 0 ? length : 1));
        $g[0] *= factor;
        $g[1] *= factor;
      }
    },
    value(x, y) {
      this.asked++;
      return bounded ? $seen.value(this.step, $clip(x, x0, x1), $clip(y, y0, y1)) : $seen.value(this.step, x, y);
    },
    hessian(x, y) {
      this.asked++;
      if (bounded) (x = $clip(x, x0, x1)), (y = $clip(y, y0, y1));
      $seen.hessian(this.step, x, y);
    },
    within() {
      if (bounded) ($w[0] = $clip($w[0], x0, x1)), ($w[1] = $clip($w[1], y0, y1));
    },
  };
};
// Calls found(step, x, y, asked) after each step, until it returns false. Of the rule's own settings
// `given` may leave out some; what is none of them is its schedule's or its clamp's.
const $walk = (name, given, start, steps, taken, found) => {
  const rule = $rules[name], settings = { ...rule.settings, ...given };
  const others = Object.fromEntries(Object.entries(given).filter(([key]) => !(key in rule.settings)));
  const seen = $oracle(settings.lr, others), decay = $schedules[others.decay];
  const walk = rule.walk(seen, start[0], start[1], settings);
  let [x, y] = start;
  for (let step = 1; step <= taken; step++) {
    seen.step = step - 1;
    if (decay) seen.lr = settings.lr * decay(step - 1, steps, others);
    if (walk.next().done) ($w[0] = x), ($w[1] = y);
    seen.within();
    x = $w[0];
    y = $w[1];
    if (!found(step, x, y, seen.asked)) break;
  }
};
// Where a rule goes: points x0, y0, x1, y1 ... up to the last finite one, the heights there, and when
// each is reached by the race's clock.
const run = (name, settings, start, steps) => {
  steps = Math.min(steps, $most);
  const points = new Float64Array(2 * steps + 2), heights = new Float64Array(steps + 1);
  const times = new Float64Array(steps + 1);
  let count = 0, diverged = false;
  const keep = (step, x, y, asked) => {
    if ($by_evaluations && asked > steps) return false;
    const height = $surface.value(x, y);
    diverged = !(Number.isFinite(x) && Number.isFinite(y) && Number.isFinite(height));
    if (diverged) return false;
    points[2 * step] = x;
    points[2 * step + 1] = y;
    heights[step] = height;
    times[step] = $by_evaluations ? asked : step;
    count = step + 1;
    return true;
  };
  if (keep(0, start[0], start[1], 0)) $walk(name, settings, start, steps, steps, keep);
  return {
    points: points.slice(0, 2 * count),
    heights: heights.slice(0, count),
    times: times.slice(0, count),
    diverged,
  };
};
const value = (x, y) => $surface.value(x, y);

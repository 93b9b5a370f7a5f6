// The picture: tracks as paths in the scene's tenths of a pixel, over what Python has drawn. A plot
// fits where it is shown: one with equal axes shows less around the window on which is raced, and
// another is stretched; lines and heads are not.

const STRETCH = 1.4; // how much wider or taller than in the picture a plot may be
const FAR = 30000; // units around the plot within which a line is drawn
const DASHES = [[], [9, 6], [3, 5]];

// A plot says where points of the plane lie in it, and back.
const plots = [...document.querySelectorAll(".plot")].map((frame, place) => {
  const { box, window: [x0, x1, y0, y1], stretch } = data.plots[place];
  const svg = frame.querySelector("svg");
  const [left, top, right, bottom] = box.map((side) => 10 * side);
  const [across, down] = [(right - left) / (x1 - x0), (bottom - top) / (y1 - y0)];
  return {
    frame, svg, stretch, left, top, right, bottom,
    x: (x) => left + (x - x0) * across,
    y: (_, y) => bottom - (y - y0) * down,
    whole: { left, top, right, bottom },
    labels: ["x", "y"].map((axis) => [...frame.querySelectorAll(`.labels-${axis} [data-share]`)]),
    back: (u, v) => [x0 + (u - left) / across, y0 + (bottom - v) / down],
    perUnit: [1 / across, 1 / down],
    unit: [1, 1], // units in a pixel of the screen, across and down
    size: 1, // how much larger than in the scene lines and heads are on the screen
    lines: svg.querySelector(".lines"),
    marks: svg.querySelector(".marks"),
    heads: svg.querySelector(".heads"),
    start: svg.querySelector(".start"),
  };
});

// The line of a run: its corners in the plot, when each is reached, and the text of a path through them.
function lineOf(run, last, plot) {
  const xs = [], ys = [], knots = [], ends = [];
  let text = "";
  let [px, py] = [NaN, NaN];
  let apart = true; // whether the line begins anew
  const low = [plot.left - FAR, plot.top - FAR], high = [plot.right + FAR, plot.bottom + FAR];
  const add = (x, y, knot) => {
    text += `${apart ? "M" : "L"}${Math.round(x)} ${Math.round(y)}`;
    xs.push(x); ys.push(y); knots.push(knot); ends.push(text.length);
    apart = false;
  };
  for (let i = 0; i <= last; i += 1) {
    const x = plot.x(run.points[2 * i], run.points[2 * i + 1]);
    const y = plot.y(run.points[2 * i], run.points[2 * i + 1]);
    const inside = x >= low[0] && x <= high[0] && y >= low[1] && y <= high[1];
    if (i === 0) {
      if (inside) add(x, y, 0);
    } else {
      const cut = inside && !apart ? [0, 1] : clip(px, py, x, y, low, high);
      if (!cut) apart = true;
      else {
        if (apart || cut[0] > 0) {
          apart = true;
          add(px + cut[0] * (x - px), py + cut[0] * (y - py), i - 1 + cut[0]);
        }
        const near = Math.abs(x - xs.at(-1)) < 2 && Math.abs(y - ys.at(-1)) < 2;
        if (!near || i === last) add(px + cut[1] * (x - px), py + cut[1] * (y - py), i - 1 + cut[1]);
        if (cut[1] < 1) apart = true;
      }
    }
    [px, py] = [x, y];
  }
  return { xs, ys, knots, ends, text };
}

// Which part of a segment lies in a rectangle, as shares of it (Liang and Barsky 1984); null for none.
function clip(ax, ay, bx, by, low, high) {
  let [begin, end] = [0, 1];
  for (const [a, run, from, to] of [[ax, bx - ax, low[0], high[0]], [ay, by - ay, low[1], high[1]]]) {
    if (!run && (a < from || a > to)) return null;
    if (run) {
      const [first, second] = [(from - a) / run, (to - a) / run];
      begin = Math.max(begin, Math.min(first, second));
      end = Math.min(end, Math.max(first, second));
    }
  }
  return begin <= end ? [begin, end] : null;
}

// The text of a line up to a step.
function until(line, step) {
  const { knots, xs, ys } = line;
  let low = 0, high = knots.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (knots[middle] <= step) low = middle + 1;
    else high = middle;
  }
  if (!low) return "";
  const text = line.text.slice(0, line.ends[low - 1]);
  if (low === knots.length || line.text[line.ends[low - 1]] === "M") return low === 1 ? `${text}h0` : text;
  const share = (step - knots[low - 1]) / (knots[low] - knots[low - 1]);
  const x = xs[low - 1] + share * (xs[low] - xs[low - 1]);
  const y = ys[low - 1] + share * (ys[low] - ys[low - 1]);
  return `${text}L${Math.round(x)} ${Math.round(y)}`;
}

// Where a track's head is after so many steps, in a plot's units.
function headAt(track, step, plot) {
  const { points } = track.run;
  const last = lastOf(track);
  const place = Math.min(Math.floor(step), last);
  const share = place < last ? step - place : 0;
  const [ax, ay] = [points[2 * place], points[2 * place + 1]];
  const [x, y] = [plot.x(ax, ay), plot.y(ax, ay)];
  if (!share) return [x, y];
  const [bx, by] = [points[2 * place + 2], points[2 * place + 3]];
  return [x + share * (plot.x(bx, by) - x), y + share * (plot.y(bx, by) - y)];
}

// Where a track is last seen, which way it went and after how many steps; null where it ends inside.
function exitOf(line, run, last, plot) {
  const within = (x, y) => x >= plot.left && x <= plot.right && y >= plot.top && y <= plot.bottom;
  const x = plot.x(run.points[2 * last], run.points[2 * last + 1]);
  const y = plot.y(run.points[2 * last], run.points[2 * last + 1]);
  if (within(x, y)) return null;
  for (let i = line.xs.length - 1; i > 0; i -= 1) {
    const [ax, ay, bx, by] = [line.xs[i - 1], line.ys[i - 1], line.xs[i], line.ys[i]];
    const cut = clip(ax, ay, bx, by, [plot.left, plot.top], [plot.right, plot.bottom]);
    if (cut && line.text[line.ends[i - 1]] !== "M") {
      const place = [ax + cut[1] * (bx - ax), ay + cut[1] * (by - ay)];
      return { place, way: [bx - ax, by - ay], knot: line.knots[i - 1] + cut[1] * (line.knots[i] - line.knots[i - 1]) };
    }
  }
  return null;
}

// The arrow where a track leaves for good, as corners; straight out where it grazes the edge.
function arrow({ place, way }, plot) {
  const pixels = way.map((part, axis) => part / plot.unit[axis]);
  const size = Math.hypot(...pixels) || 1;
  let along = pixels.map((part) => part / size);
  const sides = [[-1, 0, place[0] - plot.left], [1, 0, plot.right - place[0]], [0, -1, place[1] - plot.top], [0, 1, plot.bottom - place[1]]];
  const [nx, ny] = sides.reduce((a, b) => (b[2] < a[2] ? b : a));
  if (along[0] * nx + along[1] * ny < 0.35) along = [nx, ny];
  const length = 10 * data.pen.size * plot.size;
  const half = 0.525 * length;
  const inside = 0.6 * data.pen.line * plot.size;
  const corners = [[0, 0], [-length, half], [-length, -half]].map(([on, aside]) => [
    place[0] + plot.unit[0] * (on * along[0] - aside * along[1] - inside * nx),
    place[1] + plot.unit[1] * (on * along[1] + aside * along[0] - inside * ny),
  ]);
  return `M${corners.map((corner) => corner.map(Math.round).join(" ")).join("L")}z`;
}

function cross([x, y], plot) {
  const [a, b] = plot.unit.map((unit) => Math.round((6 * data.pen.size * plot.size * unit) / Math.SQRT2));
  const [u, v] = [clamped(x, plot.left + a, plot.right - a), clamped(y, plot.top + b, plot.bottom - b)].map(Math.round);
  return `M${u - a} ${v - b}l${2 * a} ${2 * b}M${u - a} ${v + b}l${2 * a}-${2 * b}`;
}

// The mark of a track that leaves for good or diverges, and after how many steps it is there.
function markOf(track, plot, line) {
  const last = lastOf(track);
  const exit = exitOf(line, track.run, last, plot);
  if (exit) return { knot: exit.knot, text: arrow(exit, plot), filled: true };
  return track.run.diverged ? { knot: last, text: cross(headAt(track, last, plot), plot) } : null;
}

// The elements of a track in a plot, made once.
function partsOf(track, plot) {
  track.parts ??= new Map();
  if (!track.parts.has(plot)) {
    const color = `var(--c${track.color})`;
    const halo = drawn("path", { class: "halo" });
    const line = drawn("path", { class: "line", style: `stroke:${color}` });
    const around = drawn("path", { class: "halo" });
    const mark = drawn("path", { class: "line", style: `stroke:${color}` });
    const rim = drawn("path", { class: "rim" });
    const head = drawn("path", { class: "line", style: `stroke:${color}` });
    const under = drawn("g"), over = drawn("g"), top = drawn("g");
    under.append(halo, line);
    over.append(around, mark);
    top.append(rim, head);
    track.parts.set(plot, { halo, line, around, mark, rim, head, groups: [under, over, top], text: null });
  }
  return track.parts.get(plot);
}

// The groups of all tracks, in their order.
function arrange() {
  for (const plot of plots) {
    const parts = race.tracks.map((track) => partsOf(track, plot));
    plot.lines.replaceChildren(...parts.map((part) => part.groups[0]));
    plot.marks.replaceChildren(...parts.map((part) => part.groups[1]));
    plot.heads.replaceChildren(...parts.map((part) => part.groups[2]));
  }
  resized();
}

// How much each head is larger than alone, in radii: by a ring for each head above, and for a star.
const closeness = (distance, off) => {
  const share = clamped((off - distance) / (off - 0.35), 0, 1);
  return share * share * (3 - 2 * share);
};

function growths(tracks, step, plot) {
  const [across, down] = plot.unit.map((unit) => unit * data.pen.head * plot.size);
  const apart = (a, b) => Math.hypot((a[0] - b[0]) / across, (a[1] - b[1]) / down);
  const here = tracks.map((track) => headAt(track, step, plot));
  const stars = data.minima.map(([x, y]) => [plot.x(x, y), plot.y(x, y)]);
  // Heads that only meet in passing do not grow: three steps long they must be close.
  const stays = (a, b) => {
    const near = [-2, -1, 0, 1, 2].map((by) => {
      const at = clamped(Math.floor(step) + by, 0, race.steps);
      return apart(headAt(a, at, plot), headAt(b, at, plot)) < 1.4;
    });
    return [0, 1, 2].some((first) => near[first] && near[first + 1] && near[first + 2]);
  };
  return tracks.map((track, below) => {
    let rings = 0;
    for (let above = below + 1; above < tracks.length; above += 1) {
      const close = closeness(apart(here[below], here[above]), 1.4);
      if (close && stays(track, tracks[above])) rings += close;
    }
    rings = Math.min(rings, 7);
    const star = Math.max(0, ...stars.map((place) => closeness(apart(here[below], place), 2.2)));
    return 0.58 * rings + 0.1 * Math.min(rings, 3) + star;
  });
}

function setPath(path, text) {
  if (path.getAttribute("d") !== text) path.setAttribute("d", text);
}

function drawPlot(plot) {
  const there = race.tracks.filter((track) => track.on && track.run);
  const grown = growths(there, race.at, plot);
  for (const track of race.tracks) {
    const parts = partsOf(track, plot);
    const shown = there.indexOf(track);
    for (const group of parts.groups) group.classList.toggle("off", shown < 0);
    if (shown < 0) continue;
    track.lines ??= new Map();
    if (!track.lines.has(plot)) {
      const line = lineOf(track.run, lastOf(track), plot);
      track.lines.set(plot, { line, mark: markOf(track, plot, line) });
    }
    const { line, mark } = track.lines.get(plot);
    const text = until(line, race.at);
    if (text !== parts.text) {
      parts.text = text;
      setPath(parts.halo, text);
      setPath(parts.line, text);
    }
    const marked = mark && mark.knot <= race.at ? mark.text : "";
    setPath(parts.around, marked);
    setPath(parts.mark, marked);
    parts.mark.style.fill = marked && mark.filled ? `var(--c${track.color})` : "none";
    const [x, y] = headAt(track, race.at, plot);
    const gone = marked || x < plot.left || x > plot.right || y < plot.top || y > plot.bottom;
    // A head is a dot, which is round however the plot is stretched.
    const radius = data.pen.head * (1 + grown[shown]) * plot.size;
    for (const [disc, reach] of [[parts.rim, radius + data.pen.rim * plot.size], [parts.head, radius]]) {
      setPath(disc, gone ? "" : `M${Math.round(x)} ${Math.round(y)}h0`);
      disc.style.strokeWidth = `${(2 * reach).toFixed(1)}px`;
    }
  }
  const [x, y] = [plot.x(...race.start), plot.y(...race.start)];
  const place = [clamped(x, plot.left, plot.right), clamped(y, plot.top, plot.bottom)];
  if (plot === plots[0] && !hint.hidden) {
    hint.style.left = `calc(var(--left) + (100% - var(--left)) * ${(place[0] - plot.left) / (plot.right - plot.left)})`;
    hint.style.top = `calc((100% - var(--below)) * ${(place[1] - plot.top) / (plot.bottom - plot.top)})`;
  }
  plot.start.setAttribute("transform", `translate(${place.map((value) => value.toFixed(1))}) ${unscaled(plot)}`);
}

// What undoes the stretching of a shape in tenths of a pixel, so that it is as large as lines are.
const unscaled = ({ unit: [a, b], size }) => `scale(${((a * size) / 10).toFixed(4)} ${((b * size) / 10).toFixed(4)})`;

// A plot is as large as there is room, and not much wider or taller than in the picture.
function fit(plot) {
  const { frame, svg, stretch } = plot;
  const style = getComputedStyle(frame);
  const [left, below] = [style.paddingLeft, style.paddingBottom].map(parseFloat);
  const room = frame.parentElement.getBoundingClientRect();
  const [width, height] = [room.width * Number(style.getPropertyValue("--share")) - left, room.height - below];
  Object.assign(plot, stretch ? plot.whole : cropped(plot, width / height));
  const own = (plot.right - plot.left) / (plot.bottom - plot.top);
  const ratio = stretch ? clamped(width / height, own / STRETCH, own * STRETCH) : own;
  const wide = Math.max(60, Math.min(width, height * ratio));
  frame.style.width = `${wide + left}px`;
  svg.style.height = `${wide / ratio}px`;
  svg.setAttribute("viewBox", `${plot.left} ${plot.top} ${plot.right - plot.left} ${plot.bottom - plot.top}`);
  placeLabels(plot);
  plot.unit = [(plot.right - plot.left) / wide, (plot.bottom - plot.top) / (wide / ratio)];
  plot.size = clamped(10 / Math.sqrt(plot.unit[0] * plot.unit[1]), 0.9, 1.55);
}

// The part of a plot that has a shape as near to this ratio as can be, and all of the race's window.
function cropped(plot, ratio) {
  const { left, top, right, bottom } = plot.whole;
  const [x0, x1, y0, y1] = trajviz.window;
  const part = (low, high, first, last, size) => {
    const wanted = clamped(size, last - first, high - low);
    const begin = clamped((first + last - wanted) / 2, low, high - wanted);
    return [begin, begin + wanted].map(Math.round);
  };
  const across = part(left, right, Math.max(left, plot.x(x0, y0)), Math.min(right, plot.x(x1, y0)), (bottom - top) * ratio);
  const down = part(top, bottom, Math.max(top, plot.y(x0, y1)), Math.min(bottom, plot.y(x0, y0)), (right - left) / ratio);
  return { left: across[0], right: across[1], top: down[0], bottom: down[1] };
}

function placeLabels(plot) {
  const { whole } = plot;
  const sides = [["left", whole.left, whole.right, plot.left, plot.right, 0.92], ["top", whole.top, whole.bottom, plot.top, plot.bottom, 0.98]];
  for (const [axis, [side, low, high, begin, end, most]] of sides.entries()) {
    for (const label of plot.labels[axis]) {
      const share = (low + (high - low) * label.dataset.share - begin) / (end - begin);
      label.style[side] = `${100 * share}%`;
      label.hidden = share > most || share < (axis ? 0.07 : 0.02);
    }
  }
}

// Lines keep a width that suits the screen, however large the picture is.
function resized() {
  for (const plot of plots) {
    fit(plot);
    plot.svg.style.setProperty("--k", plot.size.toFixed(3));
    for (const star of plot.svg.querySelectorAll(".star")) {
      star.setAttribute("transform", `translate(${star.dataset.at}) ${unscaled(plot)}`);
    }
  }
  for (const track of race.tracks) track.lines = null;
}

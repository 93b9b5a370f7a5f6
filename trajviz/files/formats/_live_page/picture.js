// The picture: tracks as paths in the scene's tenths of a pixel, over what Python has drawn.

const FAR = 30000; // units around the plot within which a line is drawn
const DASHES = [[], [9, 6], [3, 5]];

// A plot says where points of the plane lie in it, and back.
const plots = [...document.querySelectorAll(".plot")].map((frame, place) => {
  const { box, window: [x0, x1, y0, y1] } = data.plots[place];
  const svg = frame.querySelector("svg");
  const [left, top, right, bottom] = box.map((side) => 10 * side);
  const [across, down] = [(right - left) / (x1 - x0), (bottom - top) / (y1 - y0)];
  return {
    svg, left, top, right, bottom,
    x: (x) => left + (x - x0) * across,
    y: (_, y) => bottom - (y - y0) * down,
    back: (u, v) => [x0 + (u - left) / across, y0 + (bottom - v) / down],
    perUnit: [1 / across, 1 / down],
    scale: 1, // how much larger than the scene's own size lines are drawn, so that they suit the screen
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
  const size = Math.hypot(...way) || 1;
  let along = way.map((part) => part / size);
  const sides = [[-1, 0, place[0] - plot.left], [1, 0, plot.right - place[0]], [0, -1, place[1] - plot.top], [0, 1, plot.bottom - place[1]]];
  const [nx, ny] = sides.reduce((a, b) => (b[2] < a[2] ? b : a));
  if (along[0] * nx + along[1] * ny < 0.35) along = [nx, ny];
  const length = 100 * data.pen.size * plot.scale;
  const half = 0.525 * length;
  const tip = [place[0] - 2 * nx * data.pen.line, place[1] - 2 * ny * data.pen.line];
  const back = [tip[0] - length * along[0], tip[1] - length * along[1]];
  return `M${tip.map(Math.round)}L${Math.round(back[0] - half * along[1])} ${Math.round(back[1] + half * along[0])}`
    + `L${Math.round(back[0] + half * along[1])} ${Math.round(back[1] - half * along[0])}z`;
}

function cross([x, y], plot) {
  const arm = (60 * data.pen.size * plot.scale) / Math.SQRT2;
  const [u, v] = [clamped(x, plot.left + arm, plot.right - arm), clamped(y, plot.top + arm, plot.bottom - arm)].map(Math.round);
  const reach = Math.round(arm);
  return `M${u - reach} ${v - reach}l${2 * reach} ${2 * reach}M${u - reach} ${v + reach}l${2 * reach}-${2 * reach}`;
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
    const rim = drawn("circle", { class: "rim" });
    const head = drawn("circle", { style: `fill:${color}` });
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
  const radius = 10 * data.pen.head * plot.scale;
  const apart = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]) / radius;
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
    const radius = 10 * data.pen.head * (1 + grown[shown]) * plot.scale;
    for (const [disc, size] of [[parts.rim, radius + 10 * data.pen.rim * plot.scale], [parts.head, radius]]) {
      disc.setAttribute("r", gone ? 0 : size.toFixed(1));
      disc.setAttribute("cx", gone ? 0 : x.toFixed(1));
      disc.setAttribute("cy", gone ? 0 : y.toFixed(1));
    }
  }
  const [x, y] = [plot.x(...race.start), plot.y(...race.start)];
  const place = [clamped(x, plot.left, plot.right), clamped(y, plot.top, plot.bottom)];
  if (plot === plots[0] && !hint.hidden) {
    hint.style.left = `calc(var(--left) + (100% - var(--left)) * ${(place[0] - plot.left) / (plot.right - plot.left)})`;
    hint.style.top = `calc((100% - var(--below)) * ${(place[1] - plot.top) / (plot.bottom - plot.top)})`;
  }
  plot.start.setAttribute("transform", `translate(${place.map((value) => value.toFixed(1))}) scale(${plot.scale.toFixed(3)})`);
}

// Lines keep a width that suits the screen, however large the picture is.
function resized() {
  for (const plot of plots) {
    const zoom = plot.svg.clientWidth / ((plot.right - plot.left) / 10) || 1;
    plot.zoom = zoom;
    plot.scale = clamped(zoom, 0.9, 1.55) / zoom;
    plot.svg.style.setProperty("--k", plot.scale.toFixed(4));
    for (const star of plot.svg.querySelectorAll(".star")) {
      star.setAttribute("transform", `translate(${star.dataset.at}) scale(${plot.scale.toFixed(3)})`);
    }
  }
  for (const track of race.tracks) track.lines = null;
}

// The picture: tracks as paths in the scene's tenths of a pixel, over what Python has drawn. A plot
// fits where it is shown: one with equal axes shows less around the window on which is raced, and
// another is stretched; lines and heads are not.

const STRETCH = 1.4; // how much wider or taller than in the picture a plot may be
const FAR = 30000; // units around the plot within which a line is drawn
const { dash: DASH, same: SAME, shortest: SHORTEST, share: SHARE, styles: STYLES } = data.dashes;

// A plot says where points of the plane lie in it, and back.
const plots = [...document.querySelectorAll(".plot")].map((frame, place) => {
  const { box, window: [x0, x1, y0, y1], stretch, block } = data.plots[place];
  const svg = frame.querySelector("svg");
  const [left, top, right, bottom] = box.map((side) => 10 * side);
  const [across, down] = [(right - left) / (x1 - x0), (bottom - top) / (y1 - y0)];
  return {
    frame, svg, stretch, left, top, right, bottom,
    block: block && blockOf(block, data.plots[place].window),
    x: (x) => left + (x - x0) * across,
    y: (_, y) => bottom - (y - y0) * down,
    ...(block && onBlock(block, data.plots[place].window)),
    whole: { left, top, right, bottom },
    labels: ["x", "y"].map((axis) => [...frame.querySelectorAll(`.labels-${axis} [data-share]`)]),
    back: block ? null : (u, v) => [x0 + (u - left) / across, y0 + (bottom - v) / down],
    perUnit: [1 / across, 1 / down],
    unit: [1, 1], // units in a pixel of the screen, across and down
    size: 1, // how much larger than in the scene lines and heads are on the screen
    lines: svg.querySelector(".lines"),
    marks: svg.querySelector(".marks"),
    heads: svg.querySelector(".heads"),
    start: svg.querySelector(".start"),
  };
});

// Where points of the plane lie on a block that a camera sees: its coordinates, and its picture's.
function onBlock({ right, away, rise, lift, middle, unit }, [x0, x1, y0, y1]) {
  const [lowest, highest, scale] = lift;
  const bounded = (value) => clamped(value, -1e6, 1e6);
  const raised = (height) => {
    const above = height - lowest, span = highest - lowest;
    if (!Number.isFinite(above)) return above !== above ? data.high : above > 0 ? 1e6 : -1e6;
    if (!span) return 0;
    if (scale === null) return (data.high * above) / span;
    return (data.high * Math.sign(above) * Math.log10(1 + Math.abs(above) / scale)) / Math.log10(1 + span / scale);
  };
  const seen = (a, b, height) => [a * right[0] + b * right[1], rise[0] * (a * away[0] + b * away[1]) + rise[1] * height, a * away[0] + b * away[1]];
  const ground = (x, y) => [bounded((x - x0) / (x1 - x0) - 0.5), bounded((y - y0) / (y1 - y0) - 0.5)];
  const project = (x, y) => seen(...ground(x, y), bounded(raised(trajviz.value(x, y))));
  return {
    project, seen, ground,
    x: (x, y) => 10 * (middle[0] + unit * project(x, y)[0]),
    y: (x, y) => 10 * (middle[1] - unit * project(x, y)[1]),
  };
}

// What hides what on a block: how high up the picture all reaches that is nearer, column by column
// (the floating horizon, Wright 1973).
function blockOf(block, [x0, x1, y0, y1]) {
  const { seen, project } = onBlock(block, [x0, x1, y0, y1]);
  const [columns, depths] = [240, 180];
  const corners = [[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]].map(([a, b]) => seen(a, b, 0));
  const [left, near] = [0, 2].map((part) => Math.min(...corners.map((corner) => corner[part])));
  const [column, depth] = [[0, columns], [2, depths]].map(([part, count]) => (Math.max(...corners.map((corner) => corner[part])) - [left, , near][part]) / count);
  const top = new Float32Array(columns * depths).fill(-9);
  for (let i = 0; i < columns; i += 1) {
    let highest = -9;
    for (let j = 0; j < depths; j += 1) {
      const [across, back] = [left + (i + 0.5) * column, near + (j + 0.5) * depth];
      const a = across * block.right[0] + back * block.away[0], b = across * block.right[1] + back * block.away[1];
      if (Math.abs(a) <= 0.5 && Math.abs(b) <= 0.5) {
        const [, up] = project(x0 + (a + 0.5) * (x1 - x0), y0 + (b + 0.5) * (y1 - y0));
        if (up < 1e3) highest = Math.max(highest, up);
      }
      top[i * depths + j] = highest;
    }
  }
  const hides = (x, y) => {
    const [across, up, back] = project(x, y);
    const i = Math.floor((across - left) / column), j = Math.min(Math.floor((back - near) / depth) - 1, depths - 1);
    return i >= 0 && i < columns && j >= 0 && top[i * depths + j] > up + 2 * column;
  };
  return { hides, unit: block.unit, extent: [x1 - x0, y1 - y0] };
}

// The points of a run in a plot, and when each is reached; on a block in pieces that follow it.
function traceOf(run, last, plot) {
  const us = [], vs = [], knots = [], hidden = [];
  const { points } = run;
  const add = (x, y, knot) => {
    us.push(plot.x(x, y));
    vs.push(plot.y(x, y));
    knots.push(knot);
    if (plot.block) hidden.push(plot.block.hides(x, y));
  };
  for (let i = 0; i <= last; i += 1) {
    const [x, y] = [points[2 * i], points[2 * i + 1]];
    if (plot.block && i) {
      const [px, py] = [points[2 * i - 2], points[2 * i - 1]];
      const far = Math.hypot((x - px) / plot.block.extent[0], (y - py) / plot.block.extent[1]);
      const pieces = clamped(Math.ceil((far * plot.block.unit) / 6), 1, 64);
      for (let part = 1; part < pieces; part += 1) add(px + ((x - px) * part) / pieces, py + ((y - py) * part) / pieces, i - 1 + part / pieces);
    }
    add(x, y, i);
  }
  return { us, vs, knots, hidden };
}

// The line of a trace: its corners in the plot, when each is reached, and the text of a path through them.
function lineOf(trace, plot, wanted = () => true) {
  const { us, vs, knots: moments } = trace;
  const last = us.length - 1;
  const xs = [], ys = [], knots = [], ends = [];
  let text = "";
  let [px, py] = [NaN, NaN];
  let apart = true; // whether the line begins anew
  const low = [plot.left - FAR, plot.top - FAR], high = [plot.right + FAR, plot.bottom + FAR];
  const keep = (x, y, knot) => {
    text += `${apart ? "M" : "L"}${Math.round(x)} ${Math.round(y)}`;
    xs.push(x); ys.push(y); knots.push(knot); ends.push(text.length);
    apart = false;
  };
  for (let i = 0; i <= last; i += 1) {
    const [x, y] = [us[i], vs[i]];
    const inside = x >= low[0] && x <= high[0] && y >= low[1] && y <= high[1];
    if (i === 0) {
      if (inside && wanted(0)) keep(x, y, 0);
    } else {
      const cut = !wanted(i) ? null : inside && !apart ? [0, 1] : clip(px, py, x, y, low, high);
      const [begin, span] = [moments[i - 1], moments[i] - moments[i - 1]];
      if (!cut) apart = true;
      else {
        if (apart || cut[0] > 0) {
          apart = true;
          keep(px + cut[0] * (x - px), py + cut[0] * (y - py), begin + cut[0] * span);
        }
        const near = Math.abs(x - xs.at(-1)) < 2 && Math.abs(y - ys.at(-1)) < 2;
        if (!near || i === last) keep(px + cut[1] * (x - px), py + cut[1] * (y - py), begin + cut[1] * span);
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

// The elements of a track in a plot, made once. What is seen of its line is in two pieces: by itself,
// and where it goes the same way as an earlier one, over whose line it lies in dashes.
function partsOf(track, plot) {
  track.parts ??= new Map();
  if (!track.parts.has(plot)) {
    const path = (kind) => drawn("path", kind === "line" ? { class: kind, style: `stroke:var(--c${track.color})` } : { class: kind });
    const behind = plot.block && path("line");
    const pieces = [0, 1].map(() => [path("halo"), path("line")]);
    const mark = [path("halo"), path("line")];
    const [rim, head] = [path("rim"), path("line")];
    const [under, over, top] = [drawn("g"), drawn("g"), drawn("g")];
    if (behind) {
      behind.classList.add("behind");
      under.append(behind);
    }
    under.append(...pieces.flat());
    over.append(...mark);
    top.append(rim, head);
    track.parts.set(plot, { behind, pieces, mark, rim, head, groups: [under, over, top] });
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

function setPaths(paths, text) {
  for (const path of paths) setPath(path, text);
}

// On which steps a track goes the same way as an earlier one; on none where these are few.
function together(points, last, earlier, plot) {
  const same = new Uint8Array(last + 1);
  const [across, down] = plot.unit.map((unit) => unit * SAME);
  let near = false, shared = 0, all = 0;
  for (let i = 0; i <= last; i += 1) {
    const [dx, dy] = [points.us[i] - earlier.us[i], points.vs[i] - earlier.vs[i]];
    const now = Math.hypot(dx / across, dy / down) <= 1;
    if (i) {
      const length = Math.hypot((points.us[i] - points.us[i - 1]) / plot.unit[0], (points.vs[i] - points.vs[i - 1]) / plot.unit[1]);
      all += length;
      same[i] = now && near;
      if (same[i]) shared += length;
    }
    near = now;
  }
  return shared && shared >= Math.max(SHORTEST * dashOf(plot), SHARE * all) ? same : null;
}

const dashOf = (plot) => DASH * data.pen.size * plot.size;

// Of each track, how many earlier ones it goes with, and on which steps with any of them.
function sharings(tracks, plot) {
  const places = tracks.map(({ run }) => {
    const us = [], vs = [];
    for (let i = 0; i < run.points.length; i += 2) {
      us.push(plot.x(run.points[i], run.points[i + 1]));
      vs.push(plot.y(run.points[i], run.points[i + 1]));
    }
    return { us, vs };
  });
  return tracks.map((track, k) => {
    const found = places.slice(0, k).map((earlier) => together(places[k], lastOf(track), earlier, plot)).filter(Boolean);
    return { rank: found.length, shared: (step) => found.some((same) => same[step]) };
  });
}

// Lengths of dashes and gaps, in pixels of the screen: of the `rank`th of tracks that go the same way.
function dashes(rank, most, style, plot) {
  const own = STYLES[style % STYLES.length].map((length) => length * data.pen.size * plot.size);
  const dash = dashOf(plot);
  return [own, rank ? [dash * (most + 1 - rank), dash * rank] : own].map((lengths) => lengths.map((length) => length.toFixed(2)).join(" "));
}

// The lines of a track: all of it, which says where it leaves; on a block what is seen and what is hidden.
function linesOf(track, plot, { shared }) {
  const trace = traceOf(track.run, lastOf(track), plot);
  const mark = markOf(track, plot, lineOf(trace, plot));
  const behind = plot.block ? (i) => trace.hidden[i] && trace.hidden[Math.max(i - 1, 0)] : () => false;
  const along = (i) => shared(Math.max(1, Math.ceil(trace.knots[i])));
  const pieces = [(i) => !behind(i) && !along(i), (i) => !behind(i) && along(i)];
  return { mark, behind: plot.block && lineOf(trace, plot, behind), pieces: pieces.map((wanted) => lineOf(trace, plot, wanted)) };
}

// The lines of all tracks, which depend on each other.
function drawLines(tracks, plot) {
  const found = sharings(tracks, plot);
  const most = Math.max(0, ...found.map((one) => one.rank));
  for (const [place, track] of tracks.entries()) {
    track.lines.set(plot, linesOf(track, plot, found[place]));
    const lengths = dashes(found[place].rank, most, track.style, plot);
    for (const [piece, pair] of partsOf(track, plot).pieces.entries()) {
      for (const path of pair) path.style.strokeDasharray = lengths[piece] || "none";
    }
  }
}

function hiddenAt({ run: { points, heights } }, plot) {
  const place = Math.min(Math.floor(race.at), heights.length - 1);
  return plot.block.hides(points[2 * place], points[2 * place + 1]);
}

function drawPlot(plot) {
  const there = race.tracks.filter((track) => track.on && track.run);
  if (!there.every((track) => track.lines?.has(plot))) {
    for (const track of there) track.lines ??= new Map();
    drawLines(there, plot);
  }
  const grown = growths(there, race.at, plot);
  for (const track of race.tracks) {
    const parts = partsOf(track, plot);
    const shown = there.indexOf(track);
    for (const group of parts.groups) group.classList.toggle("off", shown < 0);
    if (shown < 0) continue;
    const { pieces, behind, mark } = track.lines.get(plot);
    if (behind) setPath(parts.behind, until(behind, race.at));
    for (const [piece, pair] of parts.pieces.entries()) setPaths(pair, until(pieces[piece], race.at));
    const marked = mark && mark.knot <= race.at ? mark.text : "";
    setPaths(parts.mark, marked);
    parts.mark[1].style.fill = marked && mark.filled ? `var(--c${track.color})` : "none";
    if (plot.block) parts.groups[2].style.opacity = hiddenAt(track, plot) ? 0.45 : 1;
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
  const upright = getComputedStyle(frame.parentElement).flexDirection === "column";
  const share = upright ? 1 : Number(style.getPropertyValue("--share"));
  const [width, height] = [room.width * share - left, room.height / (upright ? plots.length : 1) - below];
  Object.assign(plot, stretch || plot.block ? plot.whole : cropped(plot, width / height));
  const own = (plot.right - plot.left) / (plot.bottom - plot.top);
  const ratio = stretch ? clamped(width / height, own / STRETCH, own * STRETCH) : own;
  const wide = Math.max(60, Math.min(width, height * ratio));
  frame.style.width = `${wide + left}px`;
  svg.style.height = `${wide / ratio}px`;
  svg.setAttribute("viewBox", `${plot.left} ${plot.top} ${plot.right - plot.left} ${plot.bottom - plot.top}`);
  if (!plot.block) placeLabels(plot);
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
  const [across, down] = ["x", "y"].map((axis) => plot.frame.querySelector(`.labels-${axis} .axis`).getBoundingClientRect());
  const { width, height } = plot.svg.getBoundingClientRect();
  const sides = [
    ["left", whole.left, whole.right, plot.left, plot.right, 0.02, 1 - (across.width + 16) / width],
    ["top", whole.top, whole.bottom, plot.top, plot.bottom, (down.height + 8) / height, 0.98],
  ];
  for (const [axis, [side, low, high, begin, end, least, most]] of sides.entries()) {
    for (const label of plot.labels[axis]) {
      const share = (low + (high - low) * label.dataset.share - begin) / (end - begin);
      label.style[side] = `${100 * share}%`;
      label.hidden = share > most || share < least;
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
  forgetLines();
}

function forgetLines() {
  for (const track of race.tracks) track.lines = null;
}

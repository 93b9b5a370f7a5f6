// What readers do: drag the start, play, scrub, set, add, remove, tune, copy.

const [main, play, slider, shown, speedField, startX, startY, stepsField, told, tuneButton, tuneBar, addField, addButton, linkButton, commandButton, fullButton, said] =
  ["main", "#play", "#step", "#shown", "#speed", "#start-x", "#start-y", "#steps", "#outcome", "#tune", "#tuning", "#rule", "#add", "#link", "#command", "#full", "#said"].map((name) => document.querySelector(name));
const still = matchMedia("(prefers-reduced-motion: reduce)");

const hint = element("p", { id: "hint", "aria-hidden": "true" }, say("page_drag"));
plots[0].svg.after(hint);

let touched = false; // whether anything was changed since the page was opened
let playing = false;
let time = 0; // seconds since the first step
let before = 0; // when the last picture was drawn
let due = null; // what the next picture has to bring up to date

// One picture for all that happens before it: `runs` are the tracks that are to run again, or all.
function changed(runs) {
  if (!due) requestAnimationFrame(redraw);
  due ??= { runs: new Set(), heights: false };
  for (const track of runs ?? race.tracks) due.runs.add(track);
  if (!runs || runs.length) {
    due.heights = true;
    hint.hidden ||= touched;
    if (tuneBar.hidden === false) tuning += 1;
    keep();
  }
  tellBusy();
}

// Whoever looks from outside can wait until all is drawn and said.
function tellBusy() {
  main.toggleAttribute("data-busy", Boolean(due || keeping));
}

function redraw() {
  if (!due) return;
  const { runs, heights } = due;
  due = null;
  for (const track of runs) if (track.on) runTrack(track);
  if (heights) {
    drawChart();
    forgetLines();
  }
  plots.forEach(drawPlot);
  moveCursor();
  fillTable();
  showStep();
  showStart();
  tellBusy();
}

function showStep() {
  const whole = Math.floor(race.at + 1e-6);
  slider.max = race.steps;
  slider.value = whole;
  slider.setAttribute("aria-valuetext", say("count_steps", { step: whole, steps: race.steps }));
  setText(shown, `${whole} / ${race.steps}`);
}

function showStart() {
  for (const [field, value] of [[startX, race.start[0]], [startY, race.start[1]]]) {
    if (document.activeElement !== field || !field.dataset.typing) field.value = exact(value);
  }
  if (document.activeElement !== stepsField) stepsField.value = race.steps;
  const words = `${trajviz.axes[0]} ${exact(race.start[0])}, ${trajviz.axes[1]} ${exact(race.start[1])}`;
  for (const { start } of plots) {
    start.setAttribute("aria-valuetext", words);
    start.setAttribute("aria-valuenow", race.start[0]);
  }
}

// What is said and written a moment after the last change, not at every picture. Until a reader
// changes something, what the page was written with holds: it is the same race.
let keeping = null; // what waits for that moment
function keep() {
  clearTimeout(keeping);
  keeping = setTimeout(() => {
    keeping = null;
    tellBusy();
    if (!touched) return;
    const fine = Number.isFinite(trajviz.value(...race.start));
    setText(told, fine ? outcome() : say("page_no_height"));
    told.removeAttribute("lang");
    try {
      history.replaceState(null, "", `#${stateText()}`);
    } catch { /* a page within a page may have no address of its own */ }
  }, 200);
  tellBusy();
}

// Time. The film's own pace holds for as many steps as there are.

const share = data.times.at(-1);
const pace = () => race.steps / data.taken.at(-1);

function mapped(value, from, to) {
  const next = from.findIndex((one) => one > value);
  if (next < 1) return to.at(next);
  const part = (value - from[next - 1]) / (from[next] - from[next - 1]);
  return to[next - 1] + part * (to[next] - to[next - 1]);
}

function frame(now) {
  if (!playing) return;
  time += (clamped(now - before, 0, 200) / 1000) * race.speed;
  before = now;
  race.at = Math.min(race.steps, mapped(time, data.times, data.taken) * pace());
  if (time >= share) {
    race.at = race.steps;
    pause();
  }
  changed([]);
  requestAnimationFrame(frame);
}

function start() {
  if (race.at >= race.steps) race.at = 0;
  time = mapped(race.at / pace(), data.taken, data.times);
  [playing, before] = [true, performance.now()];
  main.classList.add("playing");
  play.setAttribute("aria-label", say("page_pause"));
  requestAnimationFrame(frame);
}

function pause() {
  playing = false;
  main.classList.remove("playing");
  play.setAttribute("aria-label", say("page_play"));
}

function go(step) {
  pause();
  race.at = clamped(step, 0, race.steps);
  changed([]);
  keep();
}

// The start. Whoever moves it sees where all end.

function startAt(x, y) {
  race.start = [clamped(x, -FARTHEST, FARTHEST), clamped(y, -FARTHEST, FARTHEST)];
  go(race.steps);
  changed();
}

// A place in the plane to as many digits as a screen can tell apart.
function tidy([x, y], plot) {
  return [x, y].map((value, axis) => {
    const unit = plot.perUnit[axis] * plot.unit[axis];
    const digits = clamped(Math.ceil(-Math.log10(unit)), 0, 12);
    return Number(value.toFixed(digits));
  });
}

for (const plot of plots) {
  if (!plot.back) continue;
  const { svg } = plot;
  let grip = null; // where the start is held, in units, and where the picture lies on the screen
  const placeOf = (event) => {
    const { frame: box } = grip;
    return [
      plot.left + ((event.clientX - box.left) / box.width) * (plot.right - plot.left),
      plot.top + ((event.clientY - box.top) / box.height) * (plot.bottom - plot.top),
    ];
  };
  const move = (event) => {
    const [u, v] = placeOf(event);
    const inside = [clamped(u + grip.by[0], plot.left, plot.right), clamped(v + grip.by[1], plot.top, plot.bottom)];
    startAt(...tidy(plot.back(...inside), plot));
  };
  svg.addEventListener("pointerdown", (event) => {
    if (event.button || grip) return;
    grip = { id: event.pointerId, frame: svg.getBoundingClientRect(), by: [0, 0] };
    const [u, v] = placeOf(event);
    const by = [plot.x(...race.start) - u, plot.y(...race.start) - v];
    // Held beside its middle it does not jump; elsewhere it comes.
    if (Math.hypot(by[0] / plot.unit[0], by[1] / plot.unit[1]) < 24) grip.by = by;
    svg.setPointerCapture(event.pointerId);
    svg.classList.add("held");
    plot.start.focus({ preventScroll: true });
    event.preventDefault();
    if (!grip.by[0] && !grip.by[1]) move(event);
  });
  svg.addEventListener("pointermove", (event) => grip?.id === event.pointerId && move(event));
  for (const end of ["pointerup", "pointercancel"]) {
    svg.addEventListener(end, (event) => {
      if (grip?.id !== event.pointerId) return;
      grip = null;
      svg.classList.remove("held");
    });
  }
}

function nudge(dx, dy, by) {
  const [x, y] = race.start;
  const [x0, x1, y0, y1] = trajviz.window;
  startAt(rounded(x + (dx * by * (x1 - x0)) / 200, 12), rounded(y + (dy * by * (y1 - y0)) / 200, 12));
}

for (const [axis, field] of [startX, startY].entries()) {
  field.addEventListener("input", () => {
    field.dataset.typing = "1";
    const value = readNumber(field.value, [-FARTHEST, FARTHEST]);
    field.toggleAttribute("aria-invalid", value === null);
    if (value !== null) startAt(...race.start.map((old, place) => (place === axis ? value : old)));
  });
  field.addEventListener("blur", () => {
    delete field.dataset.typing;
    field.removeAttribute("aria-invalid");
    showStart();
  });
}

stepsField.addEventListener("change", () => {
  const steps = readNumber(stepsField.value, [1, MOST_STEPS]);
  if (Number.isInteger(steps)) {
    race.steps = steps;
    go(steps);
    changed();
  }
  stepsField.value = race.steps;
});

// Tracks.

function arrangeAll() {
  arrangeTable();
  arrange();
  arrangeChart();
  addButton.disabled = race.tracks.length >= MOST_TRACKS;
  changed();
}

function switchTrack(track, on) {
  track.on = on;
  changed([track]);
}

function removeTrack(track) {
  const place = race.tracks.indexOf(track);
  race.tracks = race.tracks.filter((one) => one !== track);
  arrangeAll();
  const next = race.tracks[Math.min(place, race.tracks.length - 1)];
  (next ? next.row.box : addField).focus();
  tell(say("page_removed", track));
}

addButton.addEventListener("click", () => {
  if (race.tracks.length >= MOST_TRACKS) return;
  const track = addedTrack(addField.value);
  track.color = freeColor();
  race.tracks.push(track);
  arrangeAll();
  track.row.row.scrollIntoView({ block: "nearest" });
  tell(say("page_added", track));
  if (trajviz.tune && ruleOf(track.rule).settings.lr === null) retune([track]);
});

function retune(tracks) {
  const rated = tracks.filter((track) => track.on && !track.recorded && track.settings.lr != null);
  if (!rated.length) return;
  tuneBar.hidden = false;
  tuneButton.disabled = true;
  tune(rated, (progress, done) => {
    if (progress !== null) {
      tuneBar.value = progress;
      return;
    }
    tuneBar.hidden = true;
    tuneButton.disabled = false;
    if (!done) return;
    race.tracks.forEach(showRate);
    changed(rated);
    tell(say("page_tuned"));
  });
}

tuneButton.hidden = trajviz.tune === undefined;
tuneButton.addEventListener("click", () => retune(race.tracks));

for (const [name, rule] of Object.entries(trajviz.rules)) {
  addField.append(element("option", { value: name }, rule.title ?? name));
}

// Copying, and the whole screen.

let quiet;
function tell(text) {
  said.textContent = text;
  said.classList.add("seen");
  clearTimeout(quiet);
  quiet = setTimeout(() => {
    said.textContent = "";
    said.classList.remove("seen");
  }, 2500);
}

async function copy(text, done) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = element("textarea", { class: "unseen", readonly: "" });
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    if (!copied) return tell(text);
  }
  tell(done);
}

linkButton.addEventListener("click", () => copy(`${location.href.split("#")[0]}#${stateText()}`, say("page_link_copied")));
linkButton.hidden = location.protocol === "about:";
commandButton.hidden = !data.command;
commandButton.addEventListener("click", () => copy(command(), say("page_command_copied")));
fullButton.hidden = !document.fullscreenEnabled;
fullButton.addEventListener("click", () => {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen();
});
document.addEventListener("fullscreenchange", () => {
  fullButton.setAttribute("aria-label", document.fullscreenElement ? say("page_leave_full_screen") : say("page_full_screen"));
});

// Playing.

play.addEventListener("click", () => (playing ? pause() : start()));
document.getElementById("back").addEventListener("click", () => go(Math.ceil(race.at) - 1));
document.getElementById("on").addEventListener("click", () => go(Math.floor(race.at + 1e-6) + 1));
slider.addEventListener("input", () => go(Number(slider.value)));
speedField.addEventListener("change", () => {
  race.speed = Number(speedField.value);
  keep();
});

const keys = {
  ArrowLeft: (by) => nudge(-1, 0, by),
  ArrowRight: (by) => nudge(1, 0, by),
  ArrowUp: (by) => nudge(0, 1, by),
  ArrowDown: (by) => nudge(0, -1, by),
  Home: () => go(0),
  End: () => go(race.steps),
};

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const own = target.closest("input:not([type=checkbox]), select, textarea");
  if (own) return;
  if (key === " ") {
    if (target.closest("button, summary, input")) return;
    if (playing) pause();
    else start();
  } else if (Object.hasOwn(keys, key)) keys[key](event.shiftKey ? 10 : 1);
  else return;
  event.preventDefault();
});

new ResizeObserver(() => {
  resized();
  changed([]);
}).observe(document.querySelector("#stage"));

addEventListener("hashchange", () => {
  if (location.hash.slice(1) === stateText() || !readState(location.hash.slice(1))) return;
  speedField.value = race.speed;
  pause();
  arrangeAll();
});

document.documentElement.classList.add("live");
const linked = readState(location.hash.slice(1));
speedField.value = race.speed;
if (!linked && (still.matches || data.opening)) race.at = race.steps;
runAll();
arrangeAll();
redraw();
touched = linked;
// What was written in English is said anew in the language of the page.
if (document.documentElement.lang !== "en") {
  const stage = document.querySelector("#stage");
  setText(told, outcome());
  stage.setAttribute("aria-label", `${document.title}. ${outcome()}`);
  for (const part of [told, stage]) part.removeAttribute("lang");
}
document.addEventListener("input", () => (touched = true), true);
document.addEventListener("pointerdown", () => (touched = true), true);
document.addEventListener("keydown", () => (touched = true), true);
if (!linked && !still.matches) {
  if (data.opening) setTimeout(() => touched || start(), 1000 * data.opening);
  else start();
}

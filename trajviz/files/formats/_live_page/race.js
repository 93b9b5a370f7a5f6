// The race: who runs from where with which settings, and where that leads.

// A rule of the engine, or nothing: a link may name anything.
const ruleOf = (name) => (Object.hasOwn(trajviz.rules, name) ? trajviz.rules[name] : null);

let count = 0; // tracks so far, so that each has a name of its own

// A track of the race as the command ran it, with what the command would say of it.
function originalTrack(place) {
  const track = trajviz.tracks[place];
  const said = data.tracks[place];
  const common = { id: count++, place, on: true, name: said.name, style: said.style };
  if (track.recorded) return { ...common, recorded: true, run: recordedRun(track.points) };
  const { lr } = track.settings;
  return {
    ...common,
    rule: track.rule,
    settings: { ...track.settings },
    mark: lr == null ? null : { rate: lr, word: words[`page_mark_${track.rate_rule}`] },
  };
}

// A track of a rule that came along; its rate is chosen when it is there.
function addedTrack(name) {
  const rule = ruleOf(name);
  const settings = { ...rule.settings };
  if ("lr" in settings && settings.lr == null) settings.lr = rule.default_lr ?? 0.01;
  const mark = "lr" in settings ? { rate: settings.lr, word: words.page_mark_default } : null;
  return { id: count++, place: null, on: true, name: rule.title ?? name, style: 0, rule: name, settings, mark };
}

function recordedRun(points) {
  const heights = new Float64Array(points.length / 2);
  for (let i = 0; i < heights.length; i += 1) heights[i] = trajviz.value(points[2 * i], points[2 * i + 1]);
  return { points, heights, diverged: false };
}

const race = {
  start: [...trajviz.start],
  steps: trajviz.steps,
  at: 0, // steps shown, fractions included
  speed: 1,
  tracks: trajviz.tracks.map((_, place) => originalTrack(place)),
};

// The ranges within which a track's setting must lie. What clips gradients and rates is above 0.
const rangeOf = (track, key) => (track.settings[key] === undefined ? [] : ruleOf(track.rule).ranges[key] ?? (key in ruleOf(track.rule).settings && key !== "lr" ? [] : [0, null, true]));

function runTrack(track) {
  if (track.recorded) return;
  track.run = trajviz.run(track.rule, track.settings, race.start, race.steps);
}

function runAll() {
  for (const track of race.tracks) {
    if (track.on) runTrack(track);
    else if (!track.recorded) track.run = null;
  }
}

// How many steps a track has to show.
const lastOf = (track) => Math.min(track.run.heights.length - 1, race.steps);

// Whether a track has diverged by a step.
const lostBy = (track, step) => track.run.diverged && step > lastOf(track);

// A colour that no track has, or else the one that the fewest have.
function freeColor() {
  const used = Array(MOST_TRACKS).fill(0);
  for (const track of race.tracks) used[track.color] += 1;
  return used.indexOf(Math.min(...used));
}
for (const track of race.tracks) track.color = track.place;

// How far a track is from the nearest minimum after so many steps.
function awayAt({ run: { points } }, step) {
  const [x, y] = [points[2 * step], points[2 * step + 1]];
  return Math.min(...data.minima.map(([a, b]) => Math.hypot(x - a, y - b)));
}

// Since when a track is near a minimum to its end; else how far away it ends, or that it diverges.
function fateOf(track) {
  const last = lastOf(track);
  if (lostBy(track, race.steps)) return { track, diverged: last + 1 };
  let since = last + 1;
  while (since > 0 && awayAt(track, since - 1) <= data.near) since -= 1;
  if (since <= last) return { track, arrived: since };
  return { track, away: awayAt(track, last), height: track.run.heights[last] };
}

// What became of all, as a sentence or two.
function outcome() {
  const fates = race.tracks.filter((track) => track.on && track.run).map(fateOf);
  const parts = [];
  const listed = (some, one) => some.map(one).join(words.between_names);
  const beside = ({ track }, number) => `${track.name} ${number}`;
  const arrived = fates.filter((fate) => "arrived" in fate).sort((a, b) => a.arrived - b.arrived);
  if (arrived.length) {
    const told = { distance: data.near, names: listed(arrived, ({ track, arrived: step }) => say("page_since", { name: track.name, step })) };
    parts.push(data.minima.length > 1 ? say("page_within_a", told) : say("page_within_the", told));
  }
  const rest = fates.filter((fate) => "away" in fate);
  if (rest.length && data.minima.length) {
    rest.sort((a, b) => a.away - b.away);
    const names = listed(rest, (fate) => beside(fate, written(rounded(fate.away, 2)).replace(/\.?0+$/, "")));
    parts.push(say("page_away", { step: race.steps, names }));
  } else if (rest.length) {
    rest.sort((a, b) => a.height - b.height);
    parts.push(say("page_heights", { names: listed(rest, (fate) => beside(fate, written(fate.height))) }));
  }
  const lost = fates.filter((fate) => "diverged" in fate);
  if (lost.length) parts.push(say("page_lost", { names: listed(lost, ({ track, diverged: step }) => say("page_lost_at", { name: track.name, step })) }));
  return parts.join(" ");
}

// Rates are tuned a little at a time, so that the page stays awake. Whoever changes the race ends it.
let tuning = 0;

function* tuned(tracks) {
  for (const [place, track] of tracks.entries()) {
    const search = trajviz.tune(track.rule, track.settings, race.start, race.steps);
    let step = search.next();
    while (!step.done) {
      yield (place + Number(step.value)) / tracks.length;
      step = search.next();
    }
    if (step.value && step.value.lr > 0) {
      track.settings.lr = step.value.lr;
      track.mark = { rate: step.value.lr, word: words.page_mark_tuned };
    }
  }
}

// Tune the rates of tracks from here; `told` hears how much is done, and whether it came to an end.
function tune(tracks, told) {
  const mine = ++tuning;
  const search = tuned(tracks);
  const work = () => {
    if (mine !== tuning) return told(null, false);
    const until = performance.now() + 10;
    let step = search.next();
    while (!step.done && performance.now() < until) step = search.next();
    if (step.done) return told(null, true);
    told(step.value);
    setTimeout(work);
  };
  told(0);
  setTimeout(work);
}

// The whole state as the end of an address, and as a command. A link may come from a stranger: what
// is not within bounds is left out.

const LONGEST = 8000;

const pairsOf = (settings, usual) => Object.entries(settings)
  .filter(([key, value]) => value !== usual[key])
  .map(([key, value]) => `${key}=${exact(value)}`);

function trackText(track) {
  const off = track.on ? "" : "-";
  if (track.recorded) return `${off}${track.place}`;
  const usual = track.place == null ? ruleOf(track.rule).settings : trajviz.tracks[track.place].settings;
  const pairs = pairsOf(track.settings, usual);
  const name = track.place ?? track.rule;
  return `${off}${name}${pairs.length ? `:${pairs.join(",")}` : ""}`;
}

function stateText() {
  const state = new URLSearchParams();
  state.set("start", race.start.map(exact).join(","));
  state.set("steps", race.steps);
  if (race.at < race.steps) state.set("at", Math.floor(race.at + 1e-6));
  if (race.speed !== 1) state.set("speed", race.speed);
  for (const track of race.tracks) state.append("track", trackText(track));
  return state.toString().replace(/%2C/g, ",").replace(/%3A/g, ":").replace(/%3D/g, "=");
}

// The track that a text of a link means, null for none.
function readTrack(text) {
  const [, off, name, rest] = /^(-?)([\w-]{1,40})(?::(.*))?$/.exec(text) ?? [];
  if (name === undefined) return null;
  let track = null;
  if (/^\d{1,3}$/.test(name)) track = Number(name) < trajviz.tracks.length ? originalTrack(Number(name)) : null;
  else if (ruleOf(name)) track = addedTrack(name);
  if (!track) return null;
  track.on = !off;
  for (const pair of (rest ?? "").split(",").slice(0, 40)) {
    const [key, value] = pair.split("=");
    if (track.recorded || !Object.hasOwn(track.settings, key) || typeof track.settings[key] !== "number") continue;
    const number = readNumber(value, rangeOf(track, key));
    if (number !== null) track.settings[key] = number;
  }
  return track;
}

// Take on the state of a link; tell whether there was any.
function readState(text) {
  if (!text || text.length > LONGEST) return false;
  const state = new URLSearchParams(text);
  const whole = (key, low, high) => {
    const value = readNumber(state.get(key), [low, high]);
    return Number.isInteger(value) ? value : null;
  };
  const start = (state.get("start") ?? "").split(",").map((part) => readNumber(part, [-FARTHEST, FARTHEST]));
  if (start.length === 2 && !start.includes(null)) race.start = start;
  race.steps = whole("steps", 1, MOST_STEPS) ?? race.steps;
  race.at = whole("at", 0, race.steps) ?? race.steps;
  const speed = Number(state.get("speed"));
  if ([...speedField.options].some((option) => Number(option.value) === speed)) race.speed = speed;
  const asked = state.getAll("track").slice(0, MOST_TRACKS).map(readTrack);
  const seen = new Set();
  const tracks = asked.filter((track) => track && (track.place == null || !seen.has(track.place)) && (seen.add(track.place), true));
  if (tracks.length) {
    race.tracks = tracks;
    for (const track of tracks) track.color = track.place;
    for (const track of tracks) track.color ??= freeColor();
  }
  return true;
}

// A word as a POSIX shell reads it.
const quoted = (word) => (/^[\w@%+=:,.\/-]+$/.test(word) ? word : `'${word.replace(/'/g, `'"'"'`)}'`);

// A track as the command line spells it.
function specOf(track) {
  const said = track.place == null ? { words: [] } : data.tracks[track.place];
  if (track.recorded) return said.spec;
  const pairs = [...pairsOf(track.settings, { ...ruleOf(track.rule).settings, lr: undefined }), ...said.words];
  return `${track.rule}${pairs.length ? `:${pairs.join(",")}` : ""}`;
}

function command() {
  const { surface, options, file } = data.command;
  const shown = race.tracks.filter((track) => track.on);
  const specs = shown.filter((track) => !track.recorded || data.tracks[track.place].spec).map(specOf);
  const start = race.start.map(exact).join(",");
  const given = [
    ...options,
    ...(start.startsWith("-") ? [`--start=${start}`] : ["--start", start]),
    "--steps", String(race.steps),
    "-o", file,
  ];
  const words = surface.startsWith("-") ? [...given, "--", surface, ...specs] : [surface, ...specs, ...given];
  return ["trajviz", "render", ...words].map(quoted).join(" ");
}

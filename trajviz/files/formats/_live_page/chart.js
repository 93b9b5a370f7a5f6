// The heights of all tracks against the step, on a scale that follows them.

const chart = document.querySelector("#loss svg");
const chartLines = chart.querySelector(".curves");
const cursor = chart.querySelector(".cursor");
const chartTitle = document.querySelector("#loss figcaption");
const [labelsY, labelsX] = ["y", "x"].map((axis) => document.querySelector(`#loss .labels-${axis}`));
const [WIDE, HIGH] = [1000, 400]; // the chart's own units
const MOST_CORNERS = 400; // a curve's, more than there are pixels
let chartFrame = null;

// The range of what is shown, and whether it is in powers of ten, as the panel of heights chooses.
function frameOf(tracks) {
  const all = tracks.map((track) => track.run.heights.subarray(0, lastOf(track) + 1));
  const lower = data.lowest != null && all.some((heights) => heights.some((height) => height < data.floor));
  if (data.lowest != null && !lower) {
    let [low, high, first] = [Infinity, -Infinity, 0];
    for (const heights of all) {
      first = Math.max(first, heights[0] - data.lowest);
      for (const height of heights) {
        const above = height - data.lowest;
        if (above > 0) low = Math.min(low, above);
        if (above > high) high = above;
      }
    }
    if (high > 0 && low < Infinity) {
      const top = Math.ceil(Math.min(Math.log10(high), Math.log10(Math.max(first, 1e-300)) + 2) - 1e-9);
      const bottom = clamped(Math.floor(Math.log10(low)), top - 10, top - 1);
      return { log: true, low: bottom, high: top, lowest: data.lowest };
    }
  }
  let [low, high] = [Infinity, -Infinity];
  for (const heights of all) {
    for (const height of heights) {
      const seen = clamped(height, 2 * data.heights[0] - data.heights[1], data.heights[1]);
      low = Math.min(low, seen);
      high = Math.max(high, seen);
    }
  }
  if (!(low <= high)) [low, high] = data.heights;
  const pad = 0.04 * (high - low) || 0.5;
  return { log: false, low: low - pad, high: high + pad, lowest: 0 };
}

function chartY(height, { log, low, high, lowest }) {
  const value = log ? Math.log10(Math.max(height - lowest, 10 ** (low - 1))) : height;
  return clamped(HIGH * (1 - (value - low) / (high - low)), -HIGH, 2 * HIGH);
}

const chartX = (step) => (WIDE * step) / Math.max(1, race.steps);

function curveOf(run, last, frame) {
  const every = Math.max(1, last / MOST_CORNERS);
  let text = "";
  for (let i = 0; i < last + every; i += every) {
    const step = Math.min(Math.round(i), last);
    text += `${i ? "L" : "M"}${chartX(step).toFixed(1)} ${chartY(run.heights[step], frame).toFixed(1)}`;
  }
  return text;
}

const power = (exponent) => (exponent >= -3 && exponent <= 4 ? String(rounded(10 ** exponent, 1)) : `1e${exponent}`.replace("-", "−"));

// Round values between two, at most so many.
function ticks(low, high, most) {
  const raw = (high - low) / most;
  const unit = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((times) => times * unit).find((size) => size >= raw * 0.999);
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i += 1) found.push(rounded(i * step, 12));
  return found;
}

function labelChart(frame) {
  const span = frame.high - frame.low;
  const stride = Math.ceil(span / 4);
  const values = frame.log
    ? Array.from({ length: Math.floor(span / stride) + 1 }, (_, i) => frame.high - i * stride)
    : ticks(frame.low, frame.high, 4);
  const place = (value) => (100 * (frame.high - value)) / span;
  labelsY.replaceChildren(...values.map((value) => element("span", { style: `top:${place(value)}%` }, frame.log ? power(value) : written(value).replace(/\.?0+$/, ""))));
  const steps = ticks(0, race.steps, 4).filter(Number.isInteger);
  labelsX.replaceChildren(...steps.map((step) => element("span", { style: `left:${(100 * step) / race.steps}%` }, String(step))));
  setPath(chart.querySelector(".grid"), values.map((value) => `M0 ${(HIGH * place(value)) / 100}h${WIDE}`).join(""));
  chartTitle.textContent = frame.log ? say("height_above_minimum") : say("height");
}

// The curves of all tracks, in their order.
function arrangeChart() {
  for (const track of race.tracks) track.curve ??= drawn("path", { style: `stroke:var(--c${track.color})` });
  chartLines.replaceChildren(...race.tracks.map((track) => track.curve));
}

// Curves are shown as far as the tracks are.
function moveCursor() {
  const x = chartX(race.at).toFixed(1);
  chart.querySelector("clipPath rect").setAttribute("width", x);
  setPath(cursor, `M${x} 0v${HIGH}`);
}

function drawChart() {
  const there = race.tracks.filter((track) => track.on && track.run);
  const frame = frameOf(there);
  const key = JSON.stringify([frame, race.steps]);
  if (key !== chartFrame) {
    chartFrame = key;
    labelChart(frame);
  }
  for (const track of race.tracks) setPath(track.curve, there.includes(track) ? curveOf(track.run, lastOf(track), frame) : "");
}

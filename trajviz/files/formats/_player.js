"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const [main, controls, play, slider, shown, speed] =
  ["main", "#controls", "#play", "#step", "#shown", "#speed"].map((s) => document.querySelector(s));
const rows = [...document.querySelectorAll("tbody tr")];
const boxes = rows.map((row) => row.querySelector("input"));
const said = [...document.querySelectorAll("#said button")];
const still = matchMedia("(prefers-reduced-motion: reduce)");

document.documentElement.classList.add("played");
controls.hidden = false;
// All that moves is held still, and put where it belongs whenever the picture changes.
const moving = document.getAnimations();
for (const one of moving) one.pause();

// A track that is off keeps its animations, which it would lose if it were not displayed.
const names = (document.getElementById("counter")?.dataset.digits ?? "").split(" ");

let step = 0; // steps taken, fractions included
let time = 0; // seconds of the round, in which all moves after the lead
let rounds = 0;
let playing = false;
let before = 0; // when the last picture was drawn

function written(value) {
  if (value === null) return "–";
  const size = Math.abs(value);
  const text = size && (size < 1e-3 || size >= 1e5) ? value.toExponential(2) : value.toPrecision(4);
  return text.replace(/-/g, "−").replace("e+", "e");
}

// Steps are not equally long: `taken` of them are done so many seconds (`times`) after the lead.
function mapped(value, from, to) {
  const next = from.findIndex((one) => one > value);
  if (next < 1) return to.at(next);
  const share = (value - from[next - 1]) / (from[next] - from[next - 1]);
  return to[next - 1] + share * (to[next] - to[next - 1]);
}

function draw() {
  for (const one of moving) one.currentTime = 1000 * Math.min(time, data.lead + data.times.at(-1));
  const whole = Math.floor(step + 1e-6);
  slider.value = whole;
  slider.setAttribute("aria-valuetext", data.count.replace("{step}", whole).replace("{steps}", data.steps));
  shown.textContent = `${whole} / ${data.steps}`;
  rows.forEach((row, place) => {
    for (const cell of row.querySelectorAll("[data-of]")) {
      const values = data.tracks[place][cell.dataset.of];
      cell.textContent = written(values[Math.floor(whole / data.every)]);
    }
  });
  const now = said.findLast((one) => one.dataset.step <= step + 1e-6);
  for (const one of said) one.toggleAttribute("aria-current", one === now);
  const digits = [...String(whole)].reverse();
  document.querySelectorAll("#counter use").forEach((one, place) => {
    if (place in digits) one.setAttribute("href", `#${names[digits[place]]}`);
    else one.removeAttribute("href");
  });
}

function frame(now) {
  if (!playing) return;
  // A frame may have begun before the button was pressed, or come long after the page was hidden.
  const taken = (Math.max(0, Math.min(now - before, 200)) / 1000) * speed.value;
  before = now;
  time += taken;
  if (time >= data.total) {
    rounds += 1;
    if (data.loop && rounds >= data.loop) {
      time = data.total;
      pause();
    } else time = 0;
  }
  step = mapped(time - data.lead, data.times, data.taken);
  draw();
  requestAnimationFrame(frame);
}

function start() {
  if (step >= data.steps) time = 0;
  [rounds, playing, before] = [0, true, performance.now()];
  main.classList.add("playing");
  play.setAttribute("aria-label", data.pause);
  requestAnimationFrame(frame);
}

function pause() {
  playing = false;
  main.classList.remove("playing");
  play.setAttribute("aria-label", data.play);
}

function go(to) {
  pause();
  step = Math.max(0, Math.min(data.steps, to));
  time = data.lead + mapped(step, data.taken, data.times);
  draw();
}

function toggle(place, on) {
  boxes[place].checked = on;
  rows[place].classList.toggle("hidden", !on);
  for (const part of document.querySelectorAll(`figure .t${place}`)) {
    part.classList.toggle("off", !on);
  }
}

const walk = (by) => go(Math.floor(step + 1e-6) + by);
const pace = (by) => {
  speed.selectedIndex = Math.max(0, Math.min(speed.length - 1, speed.selectedIndex + by));
};

play.addEventListener("click", () => (playing ? pause() : start()));
document.getElementById("back").addEventListener("click", () => walk(-1));
document.getElementById("on").addEventListener("click", () => walk(1));
slider.addEventListener("input", () => go(Number(slider.value)));
for (const one of said) one.addEventListener("click", () => go(Number(one.dataset.step)));
boxes.forEach((box, place) => box.addEventListener("change", () => toggle(place, box.checked)));

const anywhere = {
  ArrowLeft: (event) => walk(event.shiftKey ? -10 : -1),
  ArrowRight: (event) => walk(event.shiftKey ? 10 : 1),
  Home: () => go(0),
  End: () => go(data.steps),
};
// Keys that are characters are ours only inside the player, as WCAG 2.1.4 asks.
const inside = { "-": () => pace(-1), "−": () => pace(-1), "+": () => pace(1), "=": () => pace(1) };
inside["0"] = () => boxes.forEach((_, place) => toggle(place, true));
for (let place = 0; place < Math.min(9, boxes.length); place += 1) {
  inside[place + 1] = () => toggle(place, !boxes[place].checked);
}

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.ctrlKey || event.altKey || event.metaKey || target === speed) return;
  if (key === " ") {
    if (target.closest("button, summary, tbody input")) return;
    if (playing) pause();
    else start();
  } else if (anywhere[key]) anywhere[key](event);
  else if (main.contains(target) && inside[key]) inside[key]();
  else return;
  event.preventDefault();
});

if (still.matches) go(data.steps);
else {
  start();
  if (data.opening) [step, time, rounds] = [data.steps, data.total - data.opening, -1];
  draw();
}

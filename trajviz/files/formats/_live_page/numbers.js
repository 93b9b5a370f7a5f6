"use strict";
// Numbers, as the page reads, bounds and writes them.

const data = JSON.parse(document.getElementById("data").textContent);
const { words } = data;
const say = (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
const MOST_TRACKS = data.most_tracks;
const MOST_STEPS = Math.min(Math.max(10000, data.steps), trajviz.most_steps ?? Infinity);
const FARTHEST = 1e9; // no start is farther out
const DECADES = 3; // how far a rate's slider goes to either side

const clamped = (value, low, high) => Math.max(low, Math.min(high, value));

const LONGEST_NUMBER = 7; // letters of a number in the table, which has three beside each other

// As the table shows a number: four digits or as many as there is room for, with a true minus sign.
function written(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value), far = size && (size < 1e-3 || size >= 1e5);
  for (let digits = 4; ; digits--) {
    const text = far ? value.toExponential(digits - 1) : value.toPrecision(digits);
    const plain = text.replace(/-/g, "−").replace("e+", "e");
    if (plain.length <= LONGEST_NUMBER || digits === 1) return plain;
  }
}

// As a command and a field take a number: exact, and as short as can be.
function exact(value) {
  if (typeof value === "string") return value;
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  return trajviz.format(value);
}

// A number to so many significant digits.
const rounded = (value, digits) => Number(value.toPrecision(digits));

// A number that somebody wrote, or null where it is none of those allowed.
function readNumber(text, [low, high, lowOpen, highOpen] = []) {
  if (typeof text !== "string" || !text.trim() || text.length > 40) return null;
  const value = Number(text);
  if (!Number.isFinite(value)) return null;
  if (low != null && (lowOpen ? value <= low : value < low)) return null;
  if (high != null && (highOpen ? value >= high : value > high)) return null;
  return value;
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in made && typeof value !== "string") made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

function drawn(name, attributes = {}) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

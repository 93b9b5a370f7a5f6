// The table: where each track is and how high, and what can be set of it.

const body = document.querySelector("#tracks tbody");
const CELLS = ["x", "y", "height"];

const icon = (name) => {
  const made = drawn("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" });
  made.append(drawn("path", { d: { fold: "m7 10 5 5 5-5", remove: "M6 7h12M10 7V5h4v2M8 7l1 12h6l1-12" }[name] }));
  return made;
};

// The row of a track, made once.
function rowOf(track) {
  const box = element("input", { type: "checkbox", checked: track.on });
  const dash = ["solid", "dashed", "dotted"][track.style % 3];
  const state = element("small");
  const label = element("label", { style: `--own:var(--c${track.color});--dash:${dash}` }, box, element("span", {}, element("span", { class: "name" }, track.name), state));
  const head = element("th", { scope: "row", role: "rowheader" }, label);
  const cells = CELLS.map((of) => element("td", { role: "cell", "data-of": of }));
  const row = element("tr", { role: "row" }, head, ...cells);
  track.row = { row, box, cells, state };
  if (track.recorded) state.textContent = say("page_recorded");
  else row.append(element("td", { role: "cell", class: "settings" }, ...(track.settings.lr == null ? [] : [rateOf(track)]), foldOf(track)));
  box.addEventListener("change", () => switchTrack(track, box.checked));
  return row;
}

// The rate: a slider in decades around the rate that is marked, and the number itself.
function rateOf(track) {
  const slider = element("input", { type: "range", class: "rate", min: String(-DECADES), max: String(DECADES), step: "0.01", "aria-label": say("page_rate_of", track) });
  const field = element("input", { type: "text", inputmode: "decimal", class: "rate-field", "aria-label": say("page_rate_number", track), autocomplete: "off", spellcheck: false });
  const mark = element("span", { class: "mark", "aria-hidden": "true" });
  const rail = element("span", { class: "rail" }, mark, slider);
  slider.addEventListener("input", () => {
    const by = Number(slider.value);
    setRate(track, Math.abs(by) < 0.015 ? track.mark.rate : rounded(track.mark.rate * 10 ** by, 3));
  });
  field.addEventListener("change", () => {
    const rate = readNumber(field.value, rangeOf(track, "lr"));
    if (rate === null) showRate(track);
    else setRate(track, rate);
  });
  Object.assign(track.row, { slider, field, mark });
  return element("div", { class: "rates" }, rail, field);
}

function showRate(track) {
  const { slider, field, mark } = track.row;
  if (!slider) return;
  const { lr } = track.settings;
  const by = Math.log10(lr / track.mark.rate);
  slider.value = by;
  const told = { rate: exact(lr), mark: track.mark.word, times: written(rounded(lr / track.mark.rate, 3)) };
  slider.setAttribute("aria-valuetext", Math.abs(by) < 1e-9 ? say("page_rate_at", told) : say("page_rate_times", told));
  if (document.activeElement !== field) field.value = exact(lr);
  mark.dataset.word = track.mark.word;
  mark.title = `${track.mark.word}: ${exact(track.mark.rate)}`;
}

function setRate(track, rate) {
  track.settings.lr = rate;
  showRate(track);
  changed([track]);
}

// What stands in the fold: every other setting, and a way to remove the track.
function foldOf(track) {
  const fields = Object.entries(track.settings)
    .filter(([key, value]) => key !== "lr" && typeof value === "number")
    .map(([key]) => settingOf(track, key));
  const remove = element("button", { type: "button", class: "quiet", "aria-label": say("page_remove_of", track) }, icon("remove"), say("page_remove"));
  remove.addEventListener("click", () => removeTrack(track));
  const summary = element("summary", { "aria-label": say("page_settings_of", track), title: say("page_settings") }, icon("fold"));
  return element("details", {}, summary, element("div", { class: "fold" }, ...fields, remove));
}

function settingOf(track, key) {
  const field = element("input", { type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: false });
  field.value = exact(track.settings[key]);
  field.addEventListener("change", () => {
    const value = readNumber(field.value, rangeOf(track, key));
    if (value !== null) track.settings[key] = value;
    field.value = exact(track.settings[key]);
    if (value !== null) changed([track]);
  });
  return element("label", { class: "setting" }, element("span", {}, key.replace(/_/g, " ")), field);
}

function arrangeTable() {
  body.replaceChildren(...race.tracks.map((track) => track.row?.row ?? rowOf(track)));
  race.tracks.forEach(showRate);
}

// Where tracks are at the step that is shown.
function fillTable() {
  const step = Math.floor(race.at + 1e-6);
  for (const track of race.tracks) {
    const { row, cells, state, box } = track.row;
    box.checked = track.on;
    row.classList.toggle("hidden", !track.on);
    const lost = track.on && track.run && lostBy(track, step);
    const shown = track.on && track.run && !lost;
    if (!track.recorded) setText(state, lost ? say("diverged_at", { step: lastOf(track) + 1 }) : "");
    const place = shown ? Math.min(step, lastOf(track)) : 0;
    const values = shown ? [track.run.points[2 * place], track.run.points[2 * place + 1], track.run.heights[place]] : [NaN, NaN, NaN];
    values.forEach((value, i) => {
      setText(cells[i], written(value));
      if (Number.isFinite(value)) cells[i].dataset.value = value.toPrecision(11);
      else delete cells[i].dataset.value;
    });
  }
}

function setText(part, text) {
  if (part.textContent !== text) part.textContent = text;
}

/* Puts it together: heading, search, tabs, keys, paper. */

const NAMES = ["summary", "graph", "timeline", "jobs"];

function show(name) {
  for (const other of NAMES) {
    byId(other).classList.toggle("shown", other === name);
    const tab = byId(`tab-${other}`);
    tab.ariaSelected = String(other === name);
    tab.tabIndex = other === name ? 0 : -1;
  }
  state.view = name;
  tell("shown");
  remember();
}

document.title = `${looks[data.success ? "ok" : "failed"].mark} ${shortened(readable(data.title), 100)}`;
byId("title").append(foreign("span", "", data.title));
const verdict = data.no_act ? (data.success ? "all holds" : "not all holds") : data.success ? "success" : "failure";
byId("verdict").textContent = verdict;
byId("verdict").classList.add(data.success ? "ok" : data.no_act ? "would_run" : "failed");
const date = make("time", "", new Date(data.date).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" }));
date.dateTime = date.title = data.date;
byId("facts").append(`${plural(jobs.length, "job")} in ${duration(data.elapsed)}${data.no_act ? ", only checked" : ""}, started `, date);

for (const { status, mark, word } of data.looks) {
  const count = jobs.filter((job) => job.status === status).length;
  if (!count) continue;
  const chip = make("button", `chip ${status}`, `${mark} ${count.toLocaleString("en")} ${word}`);
  chip.ariaPressed = "false";
  chip.addEventListener("click", () => {
    const isOn = !state.statuses.delete(status);
    if (isOn) state.statuses.add(status);
    chip.ariaPressed = String(isOn);
    filter();
  });
  byId("chips").append(chip);
  byId("graph-key").append(make("span", `swatch ${status}`, `${mark} ${word}`));
}
byId("graph-key").append(make("span", "critical", "critical path"));

let asked = 0;
byId("search").addEventListener("input", (event) => {
  state.text = event.target.value;
  clearTimeout(asked);
  asked = setTimeout(filter, jobs.length > 1000 ? 120 : 0);
});
byId("search").addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.value) {
    event.target.value = state.text = "";
    event.stopPropagation();
    filter();
  }
  if (event.key !== "Enter") return;
  clearTimeout(asked);
  filter();
  if (!state.hits?.size) return;
  const hits = [...state.hits];
  const next = hits.find((hit) => state.job !== null && hit > state.job) ?? hits[0];
  select(event.shiftKey ? (hits.findLast((hit) => state.job !== null && hit < state.job) ?? hits.at(-1)) : next);
});
views.push({
  filtered() {
    byId("hits").textContent = state.hits === null ? "" : `${state.hits.size.toLocaleString("en")} of ${plural(jobs.length, "job")}`;
  },
});

for (const name of NAMES) byId(`tab-${name}`).addEventListener("click", () => show(name));
byId("tabs").addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const at = NAMES.findIndex((name) => byId(`tab-${name}`).tabIndex === 0);
  const next = NAMES[(at + step + NAMES.length) % NAMES.length];
  show(next);
  byId(`tab-${next}`).focus();
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "/") {
    event.preventDefault();
    byId("search").focus();
    byId("search").select();
  } else if (event.key === "Escape") select(null);
  else if (NAMES[event.key - 1]) show(NAMES[event.key - 1]);
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  paints = null;
  tell("repainted");
});
addEventListener("beforeprint", () => {
  document.documentElement.classList.add("printing");
  paints = null;
  tell("printed");
});
addEventListener("afterprint", () => {
  document.documentElement.classList.remove("printing");
  paints = null;
  tell("repainted");
});

const [view, job] = location.hash.slice(2).split("/");
filter();
show(NAMES.includes(view) ? view : NAMES[0]);
if (jobs[job]) select(Number(job));

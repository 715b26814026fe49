/* What the page is about, what is looked at, and who is told of changes. */

const data = JSON.parse(byId("data").textContent);
const { jobs } = data;
const looks = Object.fromEntries(data.looks.map((look) => [look.status, look]));
const KINDS = { job: "job", run_only: "run-only job", group: "group", family: "family" };
const onPath = new Set(data.critical);

jobs.forEach((job, number) => {
  job.number = number;
  job.neededBy = [];
  job.took = job.tries.reduce((sum, one) => sum + one.ended - one.started, 0);
  job.waited = job.tries.reduce((sum, one) => sum + one.waited, 0);
  job.between = job.tries.slice(1).reduce((sum, one, at) => sum + Math.max(0, one.started - job.tries[at].ended - one.waited), 0);
  job.started = job.tries[0]?.started;
  job.found = [job.name, ...(job.error?.chain ?? [])].join("\n").toLowerCase();
});
for (const job of jobs) for (const need of job.needs) jobs[need].neededBy.push(job.number);

/** Views, which may have: shown(), selected(reveal), filtered(), repainted(), printed(). */
const views = [];
const tell = (what, ...said) => views.forEach((view) => view[what]?.(...said));

const state = {
  /** Which of the views is shown. */
  view: "summary",
  /** The number of the job that is looked at. */
  job: null,
  /** The family that is looked at: a node of the graph. */
  family: null,
  text: "",
  statuses: new Set(),
  /** The jobs that the search found; none while nothing is searched. */
  hits: null,
};

/** Looks at a job; where it isn't one that was pointed at, views go there. */
function select(job, reveal = true) {
  state.job = job;
  state.family = null;
  tell("selected", reveal);
  remember();
}

function selectFamily(node) {
  state.job = null;
  state.family = node;
  tell("selected", false);
  remember();
}

/** The page's address leads to what is looked at. */
function remember() {
  try {
    history.replaceState(null, "", `#/${state.view}${state.job === null ? "" : `/${state.job}`}`);
  } catch {
    // Where the page is shown inside of another one, it may have no address of its own.
  }
}

const isHit = (job) => state.hits === null || state.hits.has(job);

function filter() {
  const text = state.text.trim().toLowerCase();
  const { statuses } = state;
  const fits = (job) => (!statuses.size || statuses.has(job.status)) && (!text || job.found.includes(text));
  state.hits = text || statuses.size ? new Set(jobs.filter(fits).map((job) => job.number)) : null;
  tell("filtered");
}

/** Colours of the style sheet for what is painted. */
let paints = null;
function paint(name) {
  paints ??= getComputedStyle(document.documentElement);
  return paints.getPropertyValue(`--${name}`);
}

function lookColours() {
  for (const { status, fill, ink } of data.looks) {
    document.documentElement.style.setProperty(`--${status}`, fill ?? "var(--node)");
    document.documentElement.style.setProperty(`--${status}-ink`, ink ?? "var(--ink)");
  }
}
lookColours();

function badge(status) {
  const look = looks[status];
  return make("span", `badge ${status}`, look ? `${look.mark} ${look.word}` : "not ended");
}

/** A job's name as something to press. */
function link(number) {
  const button = foreign("button", "link", jobs[number].name);
  button.type = "button";
  button.addEventListener("click", () => select(number));
  return button;
}

/* What came of it all, and what failed. */

views.push((() => {
  const section = byId("summary");
  const { error, why } = details;
  /** So many failures are told in full. */
  const MOST = 20;

  const failed = jobs.filter((job) => job.status === "failed" || job.status === "cancelled");
  const blocks = new Map();
  for (const job of jobs) {
    if (job.status !== "blocked") continue;
    for (const by of job.blocked_by[0]) blocks.set(by, (blocks.get(by) ?? 0) + 1);
  }

  function failure(job) {
    const count = blocks.get(job.number);
    const tries = job.tries.length > 1 ? ` after ${job.tries.length} tries` : "";
    const facts = make("span", "soft", `${tries}${count ? `, blocks ${plural(count, "job")}` : ""}`);
    const card = make("article", "failure", make("h3", "", badge(job.status), link(job.number), facts));
    card.append(...(why(job) ?? []));
    card.append(foreign("p", "source", `${job.file}:${job.line}`));
    return card;
  }

  function part(title, ...inside) {
    section.append(make("h2", "", title), ...inside);
  }

  if (failed.length) {
    part("What failed", ...failed.slice(0, MOST).map(failure));
    if (failed.length > MOST) section.append(make("p", "", `and ${failed.length - MOST} more, which the table has`));
  }
  const cleanups = data.cleanups.filter((cleanup) => cleanup.error);
  if (cleanups.length) {
    part("Clean-ups that failed", ...cleanups.map((cleanup) => make("article", "failure", make("h3", "", link(cleanup.job)), error(cleanup.error))));
  }
  if (data.races.length) {
    part("Races for global storage", make("ul", "", ...data.races.map((race) => foreign("li", "", race, true))));
  }
  const late = jobs.filter((job) => job.tries.some((one) => one.overran));
  if (late.length) part("Had not returned when they were to end", make("ul", "", ...late.map((job) => make("li", "", link(job.number)))));
  if (data.cancelled !== null) {
    const by = data.interrupted_by === null ? "" : ` by signal ${data.interrupted_by}`;
    part("Cancelled", make("p", "", `The run was cancelled${by} after ${duration(data.cancelled)}.`));
  }

  /** What of a time was waiting, where it was much of it. */
  function waits(job, took) {
    const much = [[job.waited, "for a slot or a limit"], [job.between, "between tries"]];
    const told = much.filter(([time]) => time > took / 10).map(([time, what]) => `${duration(Math.min(time, took))} ${what}`);
    return told.length ? `: ${told.join(", ")}` : "";
  }

  /** The path's steps, each with how long it lasts from the end of the one before. */
  function path() {
    let before = 0;
    const steps = data.critical.map((number) => {
      const job = jobs[number];
      const ended = job.tries.at(-1).ended;
      const took = Math.max(0, ended - before);
      before = Math.max(before, ended);
      return { job, took };
    });
    const shown = steps.filter(({ took }) => took >= data.elapsed / 1000).slice(0, 200);
    const most = Math.max(...shown.map(({ took }) => took), 1e-9);
    const items = shown.map(({ job, took }) => {
      const bar = make("span", "share");
      bar.style.width = `${(took / most) * 100}%`;
      return make("li", "", link(job.number), make("span", "soft", ` ${duration(took)}${waits(job, took)}`), make("span", "track", bar));
    });
    const left = steps.length - shown.length;
    return [make("ol", "path", ...items), ...(left ? [make("p", "soft", `and ${plural(left, "step")} that took no time to speak of`)] : [])];
  }
  if (data.critical.length) {
    part("Critical path", make("p", "soft", "What the end waited for: each of these ended last of all that the next one needed."), ...path());
  }

  const slowest = [...jobs].sort((one, other) => other.took - one.took).slice(0, 10).filter((job) => job.took > 0);
  if (slowest.length > 1) {
    const most = slowest[0].took;
    const items = slowest.map((job) => {
      const bar = make("span", "share");
      bar.style.width = `${(job.took / most) * 100}%`;
      return make("li", "", link(job.number), make("span", "soft", ` ${duration(job.took)}`), make("span", "track", bar));
    });
    part("Slowest jobs", make("ol", "path", ...items));
  }
  return {};
})());

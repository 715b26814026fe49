/* All about one job, or about a family that is drawn as one. */

const details = (() => {
  const pane = byId("details");
  /** So many jobs are listed at once. */
  const LISTED = 30;

  function fact(list, term, ...inside) {
    list.append(make("dt", "", term), make("dd", "", ...inside));
  }

  /** Names to press; more than a few of them are folded away. */
  function links(numbers, isCut = false) {
    const item = (number) => make("li", "", make("span", `dot ${jobs[number].status}`, looks[jobs[number].status]?.mark ?? ""), link(number));
    const list = make("ul", "links", ...numbers.slice(0, LISTED).map(item));
    const rest = numbers.slice(LISTED);
    if (rest.length) {
      const more = make("button", "", `${rest.length} more`);
      const last = make("li", "", more);
      more.addEventListener("click", () => last.replaceWith(...rest.map(item)));
      list.append(last);
    }
    if (isCut) list.append(make("li", "", "and others"));
    return list;
  }

  function job(number) {
    const job = jobs[number];
    const list = make("dl", "");
    fact(list, "Kind", KINDS[job.kind], ...(job.family && job.kind !== "family" ? [" of ", foreign("span", "", job.family)] : []));
    fact(list, "Source", foreign("code", "source", `${job.file}:${job.line}`));
    if (job.tries.length) {
      const waited = job.waited ? `, waited ${duration(job.waited)} for a slot or a limit` : "";
      fact(list, "Time", `${duration(job.took)} in ${plural(job.tries.length, "try").replace("trys", "tries")} of at most ${job.most_tries}${waited}`);
    }
    if (job.change) fact(list, job.status === "changed" ? "Changed" : "To change", foreign("span", "", job.change, true));
    if (job.preliminary) fact(list, "By its check", badge(job.preliminary));
    if (onPath.has(number)) fact(list, "Path", "on the critical path");
    if (job.blocked_by[0].length) {
      fact(list, job.status === "unknown" ? "Depends on what becomes of" : "Blocked by", links(...job.blocked_by));
    }
    if (job.needs.length) fact(list, "Needs", links(job.needs));
    if (job.neededBy.length) fact(list, "Needed by", links(job.neededBy));
    pane.append(
      head(foreign("h2", "", job.name), badge(job.status)),
      ...(job.description ? [foreign("p", "description", job.description, true)] : []),
      ...(why(job) ?? []),
      list,
    );
    if (job.result !== null) pane.append(make("h3", "", "Result"), foreign("pre", "result", job.result, true));
    if (job.tries.length) pane.append(make("h3", "", "Tries"), ...job.tries.map((one) => attempt(one, job.tries.length)));
    const cleanups = data.cleanups.filter((cleanup) => cleanup.job === number);
    if (cleanups.length) pane.append(make("h3", "", "Clean-ups"), ...cleanups.map(cleanup));
  }

  /** Why it is not as it should be: its error, and, since that is its last check's, what its last run said. */
  function why(job) {
    if (!job.error || job.status === "ok" || job.status === "changed") return null;
    const run = job.tries.at(-1)?.phases.find(({ phase, error }) => phase === "run" && error);
    const isTold = !run || run.error.chain.join() === job.error.chain.join();
    return isTold ? [error(job.error)] : [error(job.error), error(run.error, "its run said: ")];
  }

  function head(...inside) {
    const close = make("button", "close", "Close");
    close.title = "Close (Esc)";
    close.addEventListener("click", () => select(null));
    return make("div", "head", ...inside, close);
  }

  function error({ kind, chain, said: last }, before) {
    const said = chain.map((message, depth) => {
      const cause = depth ? [make("span", "cause", "caused by ")] : [];
      return make("li", "", ...cause, foreign("span", "", message, true));
    });
    if (kind !== "failed") said[0].prepend(make("span", "cause", `${kind.replaceAll("_", " ")}: `));
    if (before) said[0].prepend(make("span", "cause", before));
    const isTold = last?.length === 1 && chain.some((message) => message.endsWith(last[0].line.trim()));
    if (last && !isTold) {
      const lines = last.map(({ stream, line }) => `${stream}: ${line}`).join("\n");
      said.push(make("li", "", make("span", "cause", "it said last:"), foreign("pre", "lines", lines, true)));
    }
    return make("ol", "error", ...said);
  }

  function attempt(one, of) {
    const took = duration(one.ended - one.started);
    const text = `Try ${one.number}${one.passed ? "" : " failed"}: at ${duration(one.started)}, took ${took}, round ${one.round}`;
    const folded = make("details", `try ${one.passed ? "" : "failed"}`, make("summary", "", text));
    folded.open = of <= 3 || one.number === of;
    if (one.waited) folded.append(make("p", "", `It waited ${duration(one.waited)} for a slot or a limit.`));
    if (one.overran) folded.append(make("p", "", "It had not returned when it was to end."));
    const phases = one.phases.map((phase) => {
      const row = make("tr", "", make("td", "", phase.phase), make("td", phase.passed ? "" : "bad", phase.passed ? "pass" : "fail"),
        make("td", "number", duration(phase.ended - phase.started)), make("td", ""));
      if (phase.error) row.lastChild.append(error(phase.error));
      return row;
    });
    folded.append(make("table", "phases", make("tbody", "", ...phases)));
    if (one.lines.length) folded.append(lines(one));
    return folded;
  }

  function lines({ lines, forgotten }) {
    const said = make("pre", "lines");
    if (forgotten) said.append(make("span", "cause", `(${forgotten} lines before these are left out)\n`));
    for (const [at, phase, stream, text] of lines) {
      const line = foreign("span", `line ${stream}`, text);
      line.title = `${phase}, ${stream}, at ${duration(at)}`;
      said.append(line, "\n");
    }
    return said;
  }

  function cleanup({ number, error: failed }) {
    const text = make("p", failed ? "bad" : "", `After try ${number}: ${failed ? "failed" : "done"}`);
    return failed ? make("div", "", text, error(failed)) : text;
  }

  function family(index) {
    const node = data.graph.nodes[index];
    const order = [...node.jobs].sort((one, other) => rank(one) - rank(other) || one - other);
    pane.append(
      head(make("h2", "", node.label)),
      make("p", "", `${plural(node.jobs.length, "job")}, drawn as one`),
      links(order),
    );
  }
  const rank = (job) => data.looks.findIndex((look) => look.status === jobs[job].status);

  return {
    selected() {
      pane.replaceChildren();
      pane.hidden = state.job === null && state.family === null;
      document.body.classList.toggle("has-details", !pane.hidden);
      if (state.job !== null) job(state.job);
      else if (state.family !== null) family(state.family);
      pane.scrollTop = 0;
    },
    error,
    why,
  };
})();
views.push(details);

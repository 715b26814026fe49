/* The table of all jobs. */

views.push((() => {
  const table = byId("table");
  const body = table.tBodies[0];
  /** More rows than this are shown when they are asked for. */
  const MOST = 2000;
  const worst = Object.fromEntries(data.looks.map((look, index) => [look.status, index]));
  const place = (job) => `${job.file}:${String(job.line).padStart(6, "0")}`;
  const columns = [
    { title: "Job", key: (job) => job.name, cell: nameCell },
    { title: "Status", key: (job) => worst[job.status] ?? 99, cell: (job) => make("td", "", badge(job.status)) },
    { title: "Kind", name: "minor", key: (job) => job.kind, cell: (job) => make("td", "minor", KINDS[job.kind]) },
    { title: "Tries", name: "number", key: (job) => job.tries.length, cell: (job) => make("td", "number", String(job.tries.length)) },
    { title: "Started", name: "number minor", key: (job) => job.started ?? Infinity, cell: (job) => make("td", "number minor", job.started === undefined ? "" : duration(job.started)) },
    { title: "Took", name: "number", key: (job) => job.took, cell: (job) => make("td", "number", job.tries.length ? duration(job.took) : "") },
    { title: "Waited", name: "number minor", key: (job) => job.waited, cell: (job) => make("td", "number minor", job.waited ? duration(job.waited) : "") },
    { title: "Source", name: "minor", key: place, cell: sourceCell },
  ];
  let order = jobs.map((job) => job.number);
  let [sorted, isDown] = [null, false];
  let showsAll = false;
  /** Whether the rows are not those that they should be, while nobody looks. */
  let isStale = true;
  const rows = new Map();

  function nameCell(job) {
    const cell = make("td", "name", link(job.number));
    if (onPath.has(job.number)) cell.append(make("span", "mark", "critical path"));
    return cell;
  }

  /** The file's name and the line are told, however long the way there is. */
  function sourceCell({ file, line }) {
    const at = Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\")) + 1;
    const whole = make("div", "", foreign("span", "way", file.slice(0, at)), foreign("span", "", `${file.slice(at)}:${line}`));
    return make("td", "minor source", whole);
  }

  function row(number) {
    if (!rows.has(number)) {
      const made = make("tr", "", ...columns.map((column) => column.cell(jobs[number])));
      made.dataset.job = number;
      made.addEventListener("click", (event) => event.target.closest("button") ?? select(number, false));
      rows.set(number, made);
    }
    const made = rows.get(number);
    made.classList.toggle("selected", number === state.job);
    return made;
  }

  function fill() {
    isStale = state.view !== "jobs";
    if (!isStale) refill();
  }

  function refill() {
    isStale = false;
    const hits = order.filter(isHit);
    const shown = showsAll ? hits : hits.slice(0, MOST);
    body.replaceChildren(...shown.map(row));
    const more = byId("more");
    more.replaceChildren();
    if (hits.length > shown.length) {
      const button = make("button", "", `Show the other ${hits.length - shown.length}`);
      button.addEventListener("click", () => {
        showsAll = true;
        refill();
      });
      more.append(button);
    }
    if (!hits.length) more.append("No job fits.");
  }

  function sort(column) {
    isDown = sorted === column ? !isDown : false;
    sorted = column;
    const { key } = columns[column];
    const compare = (one, other) => (typeof one === "string" ? one.localeCompare(other, "en", { numeric: true }) : one - other);
    // Infinities of both sides are equal.
    const by = (one, other) => compare(key(jobs[one]), key(jobs[other])) || one - other;
    order.sort((one, other) => (isDown ? by(other, one) : by(one, other)));
    [...table.tHead.rows[0].cells].forEach((cell, index) => {
      if (index === column) cell.ariaSort = isDown ? "descending" : "ascending";
      else cell.removeAttribute("aria-sort");
    });
    fill();
  }

  const heads = columns.map(({ title, name }, index) => {
    const button = make("button", "", title);
    button.addEventListener("click", () => sort(index));
    const head = make("th", name ?? "", button);
    head.scope = "col";
    return head;
  });
  table.tHead.append(make("tr", "", ...heads));

  return {
    selected(reveal) {
      for (const selected of body.querySelectorAll(".selected")) selected.classList.remove("selected");
      const made = rows.get(state.job);
      made?.classList.add("selected");
      if (reveal) made?.scrollIntoView({ block: "nearest" });
    },
    shown() {
      if (isStale) fill();
    },
    filtered: fill,
    printed() {
      if (isStale) refill();
    },
  };
})());

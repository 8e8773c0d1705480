/* Filling in a questionnaire: moving, pasting, adding up, saving as one types. The page works without this file. */
(function () {
  "use strict";

  var WAIT = 1500, RETRY = 5000;

  function byKey(root, name, key) {
    return Array.prototype.slice.call(root.querySelectorAll("[" + name + "]"))
      .filter(function (one) { return one.getAttribute(name) === key; })[0] || null;
  }

  /* ---------- adding up ---------- */
  function figureOf(text) {
    var plain = text.replace(/[\uff10-\uff19]/g, function (mark) { return String.fromCharCode(mark.charCodeAt(0) - 0xfee0); })
      .replace(/[,\uff0c\s\u3000]/g, "").replace(/\uff0e/g, ".");
    return /^\d+(\.\d{1,2})?$/.test(plain) ? Math.round(parseFloat(plain) * 100) : null;
  }

  function addUp(form) {
    var known = {};
    form.querySelectorAll("[data-sum]").forEach(function (output) {
      var sum = null;
      output.getAttribute("data-parts").split(" ").forEach(function (part) {
        var field = form.elements.namedItem(part);
        var figure = part in known ? known[part] : field ? figureOf(field.value) : null;
        if (figure !== null) sum = (sum || 0) + figure;
      });
      known[output.getAttribute("data-sum")] = sum;
      output.textContent = sum === null ? "" : (sum / 100).toLocaleString("en-US", { maximumFractionDigits: 2 });
    });
  }

  /* ---------- moving and pasting ---------- */
  function cellAt(grid, row, column) {
    return grid.querySelector('[data-row="' + row + '"][data-column="' + column + '"]');
  }

  function lastRow(grid) { return grid.querySelectorAll("tbody tr").length; }

  /* Enter goes down; from the foot of a column to the head of the next, from a table to the next one. */
  function goDown(form, field) {
    var grid = field.closest("[data-grid]");
    var row = +field.getAttribute("data-row"), column = +field.getAttribute("data-column"), rows = lastRow(grid);
    for (var below = row + 1; below < rows; below += 1) {
      if (cellAt(grid, below, column)) return cellAt(grid, below, column).focus();
    }
    for (var next = column + 1; next < 60; next += 1) {
      for (var top = 0; top < rows; top += 1) {
        if (cellAt(grid, top, next)) return cellAt(grid, top, next).focus();
      }
    }
    var grids = Array.prototype.slice.call(form.querySelectorAll("[data-grid]"));
    var following = grids[grids.indexOf(grid) + 1];
    var first = following && following.querySelector("[data-row]");
    if (first) first.focus(); else form.querySelector("[data-draft]") && form.querySelector("[data-draft]").focus();
  }

  /* Excel copies tab-separated lines; a cell with a line break inside stands in quotes. */
  function blockOf(text) {
    var rows = [[]], cell = "", quoted = false;
    for (var i = 0; i < text.length; i += 1) {
      var mark = text[i];
      if (quoted) {
        if (mark === '"' && text[i + 1] === '"') { cell += '"'; i += 1; }
        else if (mark === '"') quoted = false;
        else cell += mark;
      } else if (mark === '"' && cell === "") quoted = true;
      else if (mark === "\t") { rows[rows.length - 1].push(cell); cell = ""; }
      else if (mark === "\n" || mark === "\r") {
        if (mark === "\r" && text[i + 1] === "\n") i += 1;
        rows[rows.length - 1].push(cell); cell = ""; rows.push([]);
      } else cell += mark;
    }
    rows[rows.length - 1].push(cell);
    if (rows[rows.length - 1].length === 1 && rows[rows.length - 1][0] === "") rows.pop();
    return rows;
  }

  function put(field, words) {
    words = words.trim();
    if (field.tagName === "SELECT") {
      var found = Array.prototype.some.call(field.options, function (option) { return option.value === words; });
      /* What is none of the choices stays visible and is marked, like any other nonsense. */
      if (!found) field.add(new Option(words, words));
    } else if (field.tagName === "INPUT") words = words.replace(/\s*\n\s*/g, " ");
    field.value = words;
  }

  function paste(form, field, text) {
    var grid = field.closest("[data-grid]"), rows = blockOf(text), filled = 0, left = 0;
    var row = +field.getAttribute("data-row"), column = +field.getAttribute("data-column");
    if (grid.hasAttribute("data-list-grid")) {
      rows = [].concat.apply([], rows).map(function (words) { return [words]; });
    }
    rows.forEach(function (cells, down) {
      cells.forEach(function (words, across) {
        var target = cellAt(grid, row + down, column + across);
        if (target) { put(target, words); filled += 1; }
        else if (words.trim() && !totalAt(grid, row + down, column + across)) left += 1;
      });
    });
    return "已粘贴 " + filled + " 项" + (left ? "，有 " + left + " 项超出表格，没有填入" : "");
  }

  function totalAt(grid, row, column) {
    var line = grid.querySelectorAll("tbody tr")[row];
    var cell = line && line.querySelectorAll("td")[column];
    return Boolean(cell && cell.querySelector("[data-sum]"));
  }

  /* ---------- what the server says of the cells ---------- */
  function mark(form, faults) {
    var hard = {}, asks = {};
    faults.forEach(function (fault) {
      var into = fault.why ? asks : hard;
      (into[fault.key] = into[fault.key] || []).push(fault);
    });
    form.querySelectorAll("[data-box]").forEach(function (box) {
      var key = box.getAttribute("data-box"), list = box.querySelector("[data-hard]");
      list.textContent = "";
      (hard[key] || []).forEach(function (fault) {
        var line = document.createElement("li");
        line.textContent = fault.words;
        list.appendChild(line);
      });
      var open = askIn(box, asks[key] || []);
      var wrong = Boolean(hard[key]) || open;
      box.classList.toggle("box-wrong", wrong);
      var field = box.querySelector("[data-row]");
      if (field) { if (wrong) field.setAttribute("aria-invalid", "true"); else field.removeAttribute("aria-invalid"); }
    });
  }

  function askIn(box, asks) {
    var place = box.querySelector("[data-asks]"), names = {}, open = false;
    if (!place) return false;
    asks.forEach(function (ask) {
      var there = byKey(place, "data-ask", ask.why);
      names[ask.why] = true;
      if (!there) { there = newAsk(ask); place.appendChild(there); }
      there.querySelector("label").textContent = ask.words;
      open = open || !there.querySelector("input").value.trim();
    });
    place.querySelectorAll("[data-ask]").forEach(function (one) {
      /* A reason that was typed stays, in case the figure comes back. */
      if (!names[one.getAttribute("data-ask")] && !one.querySelector("input").value) one.remove();
    });
    return open;
  }

  function newAsk(ask) {
    var box = document.createElement("div"), label = document.createElement("label"), input = document.createElement("input");
    box.className = "ask";
    box.setAttribute("data-ask", ask.why);
    input.type = "text"; input.className = "form-control"; input.maxLength = 200; input.placeholder = "情况说明";
    input.name = ask.why; input.id = label.htmlFor = "id_" + ask.why;
    box.appendChild(label);
    box.appendChild(input);
    return box;
  }

  /* ---------- saving as one types ---------- */
  function Saver(form) {
    this.form = form;
    this.url = form.getAttribute("data-filling");
    this.dirty = this.failed = this.stopped = false;
    this.busy = null;
    this.timer = 0;
  }

  Saver.prototype.touch = function () {
    this.dirty = true;
    if (!this.url || this.stopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(this.save.bind(this), WAIT);
  };

  Saver.prototype.say = function (words, trouble) {
    this.form.querySelector("[data-saved]").textContent = words;
    var bar = this.form.querySelector("[data-trouble]");
    bar.hidden = !trouble;
    if (bar.textContent !== (trouble || "")) bar.textContent = trouble || "";
  };

  Saver.prototype.save = function () {
    var self = this;
    clearTimeout(this.timer);
    if (this.stopped || !this.url) return Promise.resolve();
    if (this.busy) return this.busy.then(function () { return self.dirty ? self.save() : null; });
    this.dirty = false;
    this.busy = fetch(this.url, {
      method: "POST", body: new URLSearchParams(new FormData(this.form)), redirect: "manual",
      credentials: "same-origin", headers: { "X-Requested-With": "fetch" }
    }).then(function (answer) { return self.heed(answer); })
      .catch(function () { self.fail("未能保存，正在重试。请不要关闭本页。"); })
      .then(function () { self.busy = null; });
    return this.busy;
  };

  Saver.prototype.heed = function (answer) {
    var self = this;
    if (answer.type === "opaqueredirect") {
      this.fail("登录已过期，最近填写的内容还没有保存。请在新窗口重新登录，登录后本页会自动保存。");
      this.offerLogin();
      return null;
    }
    if (answer.status === 403) return this.freshToken().then(function () { self.fail("未能保存，正在重试。请不要关闭本页。"); });
    if (answer.status === 409) return answer.json().then(function (said) { self.stop(said); });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json().then(function (said) { self.done(said); });
  };

  Saver.prototype.done = function (said) {
    var form = this.form;
    this.failed = false;
    form.elements.namedItem("_version").value = said.version;
    this.say(said.saved + " 已自动保存", "");
    form.querySelector("[data-done]").textContent = said.done;
    form.querySelector("[data-whole]").textContent = said.whole;
    form.querySelector("[data-wrong]").textContent = said.wrong;
    mark(form, said.faults);
  };

  Saver.prototype.fail = function (words) {
    this.failed = this.dirty = true;
    this.say("", words);
    clearTimeout(this.timer);
    this.timer = setTimeout(this.save.bind(this), RETRY);
  };

  Saver.prototype.offerLogin = function () {
    var link = document.createElement("a");
    link.href = this.form.getAttribute("data-login");
    link.target = "_blank"; link.rel = "noopener"; link.textContent = "重新登录";
    this.form.querySelector("[data-trouble]").appendChild(link);
  };

  /* After a new sign-in the page's token is an old one. */
  Saver.prototype.freshToken = function () {
    var form = this.form;
    return fetch(window.location.href.split("#")[0], { credentials: "same-origin", redirect: "manual" })
      .then(function (answer) { return answer.ok ? answer.text() : ""; })
      .then(function (page) {
        var field = new DOMParser().parseFromString(page, "text/html").querySelector("#fill [name=csrfmiddlewaretoken]");
        if (field) form.elements.namedItem("csrfmiddlewaretoken").value = field.value;
      });
  };

  /* Somebody else saved, or the filing went its way: saving on would not help, looking at both does. */
  Saver.prototype.stop = function (said) {
    this.stopped = this.failed = true;
    this.say("", said.outdated || said.refused);
    if (!said.outdated) return;
    var button = document.createElement("button");
    button.type = "submit"; button.name = "_save"; button.value = "1";
    button.className = "btn btn-outline-primary btn-sm"; button.textContent = "对照两份内容";
    this.form.querySelector("[data-trouble]").appendChild(button);
  };

  function prepare(form) {
    var saver = new Saver(form);
    /* While both versions are side by side, the person decides, not the clock. */
    if (form.hasAttribute("data-clash")) saver.stopped = true;
    addUp(form);
    form.addEventListener("input", function (event) {
      addUp(form);
      chooseMine(event.target);
      saver.touch();
    });
    form.addEventListener("change", function () { saver.touch(); });
    form.addEventListener("keydown", function (event) {
      var field = event.target;
      if (event.key !== "Enter" || event.isComposing || !field.matches("input[type=text]")) return;
      event.preventDefault();
      if (field.hasAttribute("data-row")) goDown(form, field);
    });
    form.addEventListener("paste", function (event) {
      var field = event.target, text = event.clipboardData && event.clipboardData.getData("text/plain");
      if (!text || !field.matches("input[data-row], select[data-row]") || !/[\t\n\r]/.test(text.replace(/[\r\n]+$/, ""))) return;
      event.preventDefault();
      var saved = form.querySelector("[data-saved]"), words = paste(form, field, text);
      if (saved) saved.textContent = words;
      addUp(form);
      saver.touch();
    });
    form.addEventListener("submit", function (event) {
      if (!saver.busy) { saver.leaving = true; return; }
      event.preventDefault();
      var submitter = event.submitter;
      saver.busy.then(function () { saver.leaving = true; form.requestSubmit(submitter); });
    });
    window.addEventListener("beforeunload", function (event) {
      if (saver.failed && saver.dirty && !saver.leaving) event.preventDefault();
    });
    window.addEventListener("pagehide", function () {
      if (!saver.dirty || saver.leaving || saver.stopped || !saver.url) return;
      fetch(saver.url, { method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "same-origin", keepalive: true });
    });
    window.addEventListener("pageshow", function (event) { saver.leaving = false; if (event.persisted) saver.save(); });
    document.querySelectorAll("[data-pick]").forEach(function (radio) {
      radio.addEventListener("change", function () {
        var field = form.elements.namedItem(radio.getAttribute("data-pick"));
        if (field && radio.checked) { put(field, radio.getAttribute("data-words")); addUp(form); }
      });
      if (radio.checked && radio.value === "theirs") radio.dispatchEvent(new Event("change"));
    });
  }

  /* Whoever types on after choosing the other's words wants his own. */
  function chooseMine(field) {
    if (!field.name) return;
    document.querySelectorAll('[data-pick][value="mine"]').forEach(function (radio) {
      if (radio.getAttribute("data-pick") === field.name) radio.checked = true;
    });
  }

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("[data-filling]").forEach(prepare);
  });
})();

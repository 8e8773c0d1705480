/* Small comforts; every page works without this file. No eval, no inline handlers, nothing leaves the page. */
(function () {
  "use strict";

  /* Prepare each element once: htmx announces the whole page as well as every part it loads. */
  var prepared = {};
  function each(root, selector, act) {
    var done = prepared[selector] = prepared[selector] || new WeakSet();
    var found = Array.prototype.slice.call(root.querySelectorAll(selector));
    if (root.matches && root.matches(selector)) found.push(root);
    found.forEach(function (element) {
      if (!done.has(element)) { done.add(element); act(element); }
    });
  }

  /* A password field gets 显示 and a Caps Lock hint. Pasting stays allowed. */
  function passwordToggle(button) {
    var field = document.getElementById(button.getAttribute("data-password-toggle"));
    button.hidden = false;
    button.addEventListener("click", function () {
      var show = field.type === "password";
      field.type = show ? "text" : "password";
      button.textContent = show ? "隐藏" : "显示";
      button.setAttribute("aria-label", show ? "隐藏密码" : "显示密码");
      field.focus();
    });
    var hint = document.getElementById(field.id + "_caps");
    if (hint) field.addEventListener("keyup", function (event) {
      hint.hidden = !(event.getModifierState && event.getModifierState("CapsLock"));
    });
  }

  /* The copy button of 催报 texts and links. */
  function copyButton(button) {
    var source = document.getElementById(button.getAttribute("data-copy"));
    button.hidden = false;
    button.addEventListener("click", function () {
      var words = "value" in source ? source.value : source.textContent;
      var done = function () { button.textContent = "已复制"; };
      if (navigator.clipboard && window.isSecureContext) navigator.clipboard.writeText(words).then(done);
      else if (source.select) { source.select(); document.execCommand("copy"); done(); }
    });
  }

  /* On a phone the query bar shows its first field; what is filled in stays open. */
  function foldQuery(details) {
    if (window.matchMedia("(max-width: 575.98px)").matches && details.getAttribute("data-fold") === "0") details.open = false;
  }

  /* The bar for ticked rows appears with the first tick. */
  function tickedRows() {
    var bar = document.getElementById("bulk");
    if (!bar) return;
    var boxes = document.querySelectorAll('[data-list] input[form="bulk"]');
    var ticked = 0;
    boxes.forEach(function (box) {
      if (box.checked) ticked += 1;
      box.closest("tr").classList.toggle("picked", box.checked);
    });
    bar.hidden = ticked === 0;
    bar.querySelector("[data-ticked]").textContent = ticked;
  }

  function dropArea(area) {
    var field = area.querySelector("input[type=file]");
    ["dragover", "dragleave", "drop"].forEach(function (name) {
      area.addEventListener(name, function (event) {
        event.preventDefault();
        area.classList.toggle("upload-over", name === "dragover");
        if (name === "drop" && event.dataTransfer.files.length) {
          field.files = event.dataTransfer.files;
          field.dispatchEvent(new Event("change", { bubbles: true }));
        }
      });
    });
  }

  function prepare(root) {
    each(root, "[data-password-toggle]", passwordToggle);
    each(root, "[data-copy]", copyButton);
    each(root, "[data-fold]", foldQuery);
    each(root, "[data-upload]", dropArea);
    each(root, "[data-print]", function (button) { button.hidden = false; });
    each(root, "[data-contrast-toggle]", function (button) { button.hidden = false; });
    each(root, "[data-focus]", function (summary) { summary.focus(); });
    tickedRows();
  }

  document.addEventListener("DOMContentLoaded", function () { prepare(document); });
  document.addEventListener("htmx:load", function (event) { prepare(event.target); });

  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-tick-all]")) {
      document.querySelectorAll('[data-list] input[form="bulk"]').forEach(function (box) { box.checked = event.target.checked; });
    }
    if (event.target.matches('[data-tick-all], input[form="bulk"]')) tickedRows();
  });

  document.addEventListener("click", function (event) {
    var button = event.target.closest("button, a");
    if (!button) return;
    if (button.matches("[data-print]")) window.print();
    if (button.matches("[data-contrast-toggle]")) {
      event.preventDefault();
      var high = document.documentElement.getAttribute("data-contrast") !== "high";
      if (high) document.documentElement.setAttribute("data-contrast", "high");
      else document.documentElement.removeAttribute("data-contrast");
      document.cookie = "contrast=" + (high ? "high" : "") + ";path=/;max-age=31536000;samesite=lax";
    }
    if (button.matches("[data-open-dialog]")) {
      var dialog = document.getElementById(button.getAttribute("data-open-dialog"));
      if (dialog && dialog.showModal) { event.preventDefault(); dialog.showModal(); }
    }
    if (button.matches("[data-close-dialog]")) button.closest("dialog").close();
    if (button.matches("[data-phrase]")) {
      var field = document.getElementById(button.getAttribute("data-phrase"));
      field.value += (field.value ? "\n" : "") + button.textContent.trim();
      field.focus();
    }
  });

  /* Two clicks on a submit button send one form. */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(function () { delete form.dataset.sent; }, 5000);
  });

  document.addEventListener("keydown", function (event) {
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.altKey && !event.metaKey) {
      var search = document.querySelector(".query input:not([type=hidden]), [data-search]");
      if (search) { event.preventDefault(); search.focus(); }
    }
    if (event.altKey && (event.key === "s" || event.key === "S")) {
      var draft = document.querySelector("[data-draft]");
      if (draft) { event.preventDefault(); draft.click(); }
    }
  });

  document.addEventListener("htmx:xhr:progress", function (event) {
    var bar = event.target.querySelector && event.target.querySelector("[data-upload] progress");
    if (bar && event.detail.lengthComputable) {
      bar.hidden = false;
      bar.value = Math.round(100 * event.detail.loaded / event.detail.total);
    }
  });
})();

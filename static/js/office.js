/* The back office: give each search box of Django's autocomplete the name of its field, for screen readers. */
"use strict";
(function () {
  function name(select) {
    var label = select.id && document.querySelector('label[for="' + select.id + '"]');
    var words = select.getAttribute("aria-label") || (label ? label.textContent.replace(/[:：]\s*$/, "").trim() : "");
    var box = select.nextElementSibling;
    if (!words || !box || !box.classList.contains("select2")) return;
    box.querySelectorAll(".select2-selection, .select2-selection__rendered, .select2-search__field").forEach(function (part) {
      part.setAttribute("aria-label", words);
    });
  }
  function all() { document.querySelectorAll("select.admin-autocomplete").forEach(name); }
  document.addEventListener("DOMContentLoaded", function () {
    all();
    // The boxes come later than this moment, and again with every row that is added.
    new MutationObserver(all).observe(document.body, { childList: true, subtree: true });
  });
})();

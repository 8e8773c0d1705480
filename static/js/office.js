/* The back office, for screen readers: each search box of Django's autocomplete says the name of its field, and its
   pictures of yes and no say so in Chinese. */
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
  var words = { "icon-yes": "是", "icon-no": "否", "icon-unknown": "未知" };
  function say(picture) {
    var known = /\/(icon-\w+)\.[\w.]*svg$/.exec(picture.src);
    if (known && words[known[1]] && /^(True|False|None)$/.test(picture.alt)) picture.alt = words[known[1]];
  }
  function all() { document.querySelectorAll("select.admin-autocomplete").forEach(name); }
  document.addEventListener("DOMContentLoaded", function () {
    all();
    document.querySelectorAll("#content img").forEach(say);
    // The boxes come later than this moment, and again with every row that is added.
    new MutationObserver(all).observe(document.body, { childList: true, subtree: true });
  });
})();

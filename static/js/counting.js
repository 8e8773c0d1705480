/* Counting the characters of a long text as it is written. The page says the same without this file. */
(function () {
  "use strict";

  function wordsFor(field) {
    /* Code points, as the server counts them: a rare character is one. */
    var length = Array.from(field.value.replace(/\r\n/g, "\n").trim()).length;
    var least = +field.getAttribute("data-least"), longest = +field.getAttribute("data-longest");
    var words = "已写 " + length + " 字，最多 " + longest + " 字";
    if (length > longest) return words + "，超出 " + (length - longest) + " 字";
    return length < least ? words + "，还差 " + (least - length) + " 字" : words;
  }

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("textarea[data-count]").forEach(function (field) {
      var place = document.getElementById(field.getAttribute("data-count"));
      field.addEventListener("input", function () { place.textContent = wordsFor(field); });
    });
  });
})();

/* 朗读: reads the page aloud where the browser has a voice; without this file the button stays hidden. */
(function () {
  "use strict";
  var button = document.querySelector("[data-speak]");
  var speech = window.speechSynthesis;
  if (!button || !speech || !window.SpeechSynthesisUtterance) return;
  var label = button.querySelector("span");
  function rest() { label.textContent = "朗读"; }
  button.hidden = false;
  button.addEventListener("click", function () {
    if (speech.speaking) { speech.cancel(); rest(); return; }
    var words = new window.SpeechSynthesisUtterance(document.querySelector("[data-speak-text]").innerText);
    words.lang = "zh-CN";
    words.rate = 0.85;
    words.onend = words.onerror = rest;
    label.textContent = "停止朗读";
    speech.speak(words);
  });
  window.addEventListener("pagehide", function () { speech.cancel(); });
})();

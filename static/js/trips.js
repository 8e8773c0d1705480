/* Buttons − and + beside number fields of the trip form; without this file the field itself counts. */
(function () {
  "use strict";

  function stepper(field) {
    if (field.closest(".stepper")) return;
    var step = parseFloat(field.getAttribute("data-stepper")) || 1;
    var box = document.createElement("div");
    box.className = "stepper";
    field.parentNode.insertBefore(box, field);
    var label = document.querySelector('label[for="' + field.id + '"]');
    var name = label ? label.textContent.trim() : "";
    box.appendChild(button("−", name + "减少", -step, field));
    box.appendChild(field);
    box.appendChild(button("+", name + "增加", step, field));
  }

  function button(sign, name, by, field) {
    var made = document.createElement("button");
    made.type = "button";
    made.className = "btn btn-outline-secondary";
    made.textContent = sign;
    made.setAttribute("aria-label", name);
    made.addEventListener("click", function () {
      var now = parseFloat(field.value) || 0;
      var most = field.max === "" ? Infinity : parseFloat(field.max);
      field.value = Math.min(most, Math.max(0, now + by));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
    return made;
  }

  function prepare(root) {
    Array.prototype.forEach.call(root.querySelectorAll("[data-stepper]"), stepper);
  }

  document.addEventListener("DOMContentLoaded", function () { prepare(document); });
  document.addEventListener("htmx:load", function (event) { prepare(event.target); });
})();

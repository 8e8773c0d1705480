"""Routes of the to-do list and its two neighbours: done, set going."""

from django.urls import path

from guanweihui.views import todos

urlpatterns = [
    path("todos/", todos.todo_list, name="todo-list"),
    path("todos/done/", todos.todo_done, name="todo-done"),
    path("todos/started/", todos.todo_started, name="todo-started"),
]

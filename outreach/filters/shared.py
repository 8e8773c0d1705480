"""What the query bars share: choices within the reader's reach."""


def visible(model):
    """Give a field's choices: the rows of a model within the reader's reach."""

    def choices(request):
        return model.objects.none() if request is None else model.objects.visible_to(request.user).for_list()

    return choices

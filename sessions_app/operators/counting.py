"""Pages of a list, whose rows are not all counted."""

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

from sessions_app.services.counting import count_of


class EstimatingPaginator(Paginator):
    """Django's, which would count all rows for each page."""

    @cached_property
    def count(self) -> int:
        return count_of(self.object_list) if isinstance(self.object_list, QuerySet) else len(self.object_list)

"""The one task of the queue: run a job. Everything else about jobs stands in jobs.py."""

from django_tasks import TaskContext, task

from guanweihui import jobs


@task(takes_context=True)
def run_job(context: TaskContext, job_id: int) -> None:
    """Run the job under the lease of this very task."""
    jobs.run(job_id, str(context.task_result.id))

"""Give the tests settings of their own, whatever `.env` says; loaded before Django reads them.

Only DATABASE_URL is taken from the process, so that the same suite runs on both engines.
"""

import base64
import os
import tempfile

KEYS = {
    "ENV_FILE": "",
    "SECRET_KEY": "tests-only-" + "k" * 50,
    "FIELD_KEYS": "1:" + base64.b64encode(b"f" * 32).decode() + ",2:" + base64.b64encode(b"g" * 32).decode(),
    "INDEX_KEY": base64.b64encode(b"i" * 32).decode(),
    "DATABASE_POOL": "0",
    "DEBUG": "0",
    "DEMO": "0",
    "DEMO_PASSWORD": "",
    "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
    "HTTPS": "0",
    "BEHIND_PROXY": "0",
    "SECOND_FACTOR": "0",
    "LOG_FORMAT": "plain",
    "LOG_LEVEL": "WARNING",
}
os.environ.update(KEYS)
os.environ.setdefault("DATABASE_URL", "")
if "GWH_TEST_DATA" not in os.environ:
    # Inherited by xdist's workers, so that one run has one folder.
    # In memory where there is such a place: waiting for a disk proves nothing here.
    shared = "/dev/shm"
    os.environ["GWH_TEST_DATA"] = tempfile.mkdtemp(
        prefix="guanweihui-tests-", dir=shared if os.access(shared, os.W_OK) else None
    )
os.environ["DATA_DIR"] = os.environ["GWH_TEST_DATA"]

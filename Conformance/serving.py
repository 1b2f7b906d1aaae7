"""`millrace serve` as a child process."""
from child import Child


class Serving(Child):
    def __init__(self, data, *options, environment=None):
        super().__init__("serve", "--data", data, "--port", "0", *options, ready="millrace ready http://", environment=environment)
        self.url = self.line.split()[2]
        host, port = self.url[7:].rsplit(":", 1)
        self.address = (host, int(port))

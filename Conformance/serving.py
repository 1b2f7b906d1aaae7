"""`millrace serve` as a child process."""
import json
import urllib.error
import urllib.request

from child import Child


class Serving(Child):
    def __init__(self, data, *options, port=0, environment=None):
        super().__init__("serve", "--data", data, "--port", port, *options, ready="millrace ready http://", environment=environment)
        self.url = self.line.split()[2]
        host, port = self.url[7:].rsplit(":", 1)
        self.address = (host, int(port))

    def get(self, path):
        """What it answers to a path, as JSON."""
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            return json.load(answer)

    def ask(self, path, headers={}):
        """The status, headers and bytes of an answer, whatever its status."""
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url + path, headers=headers), timeout=60) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def gaps(self):
        """All holes that it knows of."""
        page = self.get("/v1/gaps?limit=1000")
        gaps = page["gaps"]
        while page["next"]:
            page = self.get(f"/v1/gaps?limit=1000&after={page['next']}")
            gaps += page["gaps"]
        return gaps

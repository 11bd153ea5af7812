"""The numbers of the simulated Documo: listed, searched, ordered, released."""

from .base import route
from .documo_books import number_row
from .documo_forms import only, page, urlencoded
from .messages import Refused, Reply, Request, answer


class NumberRoutes:
    """Mixed into the simulator. Only what was found by a search can be ordered."""

    @route("GET", "/v1/numbers", "numbers")
    def list_numbers(self, request: Request) -> Reply:
        only(request.query, {"accountId", "type", "offset", "limit", "query"})
        rows = [self._number(number) for number in self.numbers]
        return answer(200, {"rows": page(request.query, rows), "count": len(rows)})

    @route("GET", "/v1/numbers/provision/search", "search")
    def search_numbers(self, request: Request) -> Reply:
        only(request.query, {"npa", "state", "zipcode"})
        area_code, state = request.query.get("npa", ""), request.query.get("state")
        found = [
            number
            for number, place in self.free.items()
            if number[2:].startswith(area_code) and state in (None, place["state"])
        ]
        self.searched |= set(found)
        rows = [
            {
                "number": number,
                "number_e164": number,
                "preferable": True,
                "regional_data": self.free[number],
            }
            for number in found
        ]
        return answer(200, {"result": rows})

    @route("POST", "/v1/numbers/provision", "order")
    def order(self, request: Request) -> Reply:
        form = urlencoded(request, {"type", "numbers"})
        number = form.get("numbers")
        with self.lock:
            known = number in self.searched and number in self.free
            if form.get("type") != "order" or not known:
                raise Refused(400, "numbers is invalid")
            del self.free[number]
            self.numbers.append(number)
        return answer(200, [self._number(number)])

    @route("DELETE", "/v1/numbers/{key}/release", "release")
    def release(self, request: Request, key: str) -> Reply:
        with self.lock:
            for number in self.numbers:
                if self._number(number)["uuid"] == key:
                    self.numbers.remove(number)
                    return Reply(204)
        raise Refused(404, "Number not found")

    @route("GET", "/v1/numbers/validate", "validate")
    def validate(self, request: Request) -> Reply:
        only(request.query, {"number", "country"})
        return answer(200, {"isValid": len(request.query.get("number", "")) >= 10})

    def _number(self, number: str) -> dict:
        return number_row(number, self._account, self.clock())

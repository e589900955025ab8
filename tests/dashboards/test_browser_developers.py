"""The form of the developers' page in a real browser: its script asks for what the server would lead to."""

from urllib.parse import urlencode

import httpx
import pytest
from playwright.sync_api import Browser, expect

from support import visiting

_ANSWERS = "form => Object.fromEntries(new FormData(form))"


@pytest.mark.browser
def test_the_form_shows_address_and_answer(chromium: Browser, open_data_site: str) -> None:
    with visiting.reader(chromium, open_data_site) as visit:
        page = visit("/de/developers")
        form, asked = page.locator("#trying"), page.locator("#asked")
        resources = form.locator("[name=resource] option").all_text_contents()
        assert {"observations", "stations", "properties"} <= set(resources)
        for resource in resources:
            form.locator("[name=resource]").select_option(resource)
            led = httpx.get(f"{open_data_site}/de/developers/try?{urlencode(form.evaluate(_ANSWERS))}")
            expect(asked).to_have_text(open_data_site + led.headers["location"])

        form.locator("[name=resource]").select_option("observations")
        form.locator("[name=format]").select_option("csv")
        form.get_by_role("button").click()
        expect(page.locator("#answer-body")).to_contain_text("station,property,method,unit,time")
        expect(page.locator("#answer-headers")).to_contain_text("content-type: text/csv")
        expect(page.locator("#answer-took")).to_contain_text("Status 200")

        form.locator("[name=format]").select_option("parquet")
        form.get_by_role("button").click()
        expect(page.locator("#answer-body")).to_be_hidden()
        expect(page.locator("#answer-rest")).to_contain_text("Nicht für Menschen")

        form.locator("[name=resource]").select_option("properties")
        expect(form.locator("[name=station]")).to_be_disabled()

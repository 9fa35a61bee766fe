"""With S3_BUCKET set files lie in a bucket: a real S3 protocol, over real HTTP, with real boto3."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import boto3
import httpx
import pytest
from botocore.config import Config

from core.models import Media
from core.pictures import names_of
from tests import factories
from tests.api.phone import Phone, problem
from tests.api.test_media import upload
from tests.core.test_pictures import picture

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parent.parent.parent
WAIT_SECONDS = 40
KEYS = {"access_key": "the-tests-own", "secret_key": "the-tests-own-secret"}
LOOK = """
import django; django.setup()
from django.conf import settings
from django.core.files.storage import default_storage
print(default_storage.bucket_name, default_storage.endpoint_url, default_storage.secret_key)
print(settings.MEDIA_URL, settings.SECURE_CSP["img-src"][-1])
"""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="module")
def store():
    """A moto server's address, in a process of its own."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    give_up_at = time.monotonic() + WAIT_SECONDS
    while not answers(url):
        assert time.monotonic() < give_up_at, "the store does not answer"
        time.sleep(0.1)
    yield url
    server.terminate()
    server.wait(10)


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/moto-api/").status_code == 200
    except httpx.HTTPError:
        return False


def client_of(url: str):
    return boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=KEYS["access_key"],
        aws_secret_access_key=KEYS["secret_key"],
        config=Config(s3={"addressing_style": "path"}),
    )


def on_s3(settings, url: str) -> None:
    options = KEYS | {
        "bucket_name": "circle",
        "endpoint_url": url,
        "region_name": "us-east-1",
        "addressing_style": "path",
        "signature_version": "s3v4",
        "file_overwrite": False,
    }
    bucket = {"BACKEND": "backoffice.storage.Bucket", "OPTIONS": options}
    settings.STORAGES = settings.STORAGES | {"default": bucket}
    settings.MEDIA_URL = f"{url}/circle/"


@pytest.fixture
def bucket(settings, store):
    """The bucket, as boto3 sees it, empty; pictures in it may be read by anybody."""
    client = client_of(store)
    client.create_bucket(Bucket="circle")
    client.put_bucket_policy(
        Bucket="circle",
        Policy='{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*",'
        ' "Action": "s3:GetObject", "Resource": "arn:aws:s3:::circle/media/*"}]}',
    )
    on_s3(settings, store)
    yield client
    for key in keys(client):
        client.delete_object(Bucket="circle", Key=key)
    client.delete_bucket(Bucket="circle")


@pytest.fixture
def dead(settings):
    """A store that is not there."""
    on_s3(settings, f"http://127.0.0.1:{free_port()}")


def keys(client) -> list[str]:
    found = client.list_objects_v2(Bucket="circle").get("Contents", [])
    return sorted(each["Key"] for each in found)


def test_an_upload_lies_in_the_bucket_as_everybody_may_see_it(cast, bucket, store):
    answer = upload(cast.silk_manager, picture((2000, 1000)))

    assert answer.status_code == 201, answer.content
    media = Media.objects.get()
    assert keys(bucket) == sorted(names_of(media.file.name).values())
    for key in keys(bucket):
        head = bucket.head_object(Bucket="circle", Key=key)
        assert head["ContentType"] == "image/webp"
        assert head["CacheControl"] == "public, max-age=31536000, immutable"
    told = answer.json()
    for url in (told["url"], told["card_url"], told["thumb_url"]):
        assert url.startswith(f"{store}/circle/media/agency-")
        seen = httpx.get(url)
        assert (seen.status_code, seen.content[8:12]) == (200, b"WEBP")


def test_the_same_file_again_puts_nothing_into_the_bucket(cast, bucket):
    upload(cast.silk_manager)
    before = keys(bucket)

    assert upload(cast.silk_manager).status_code == 200
    assert keys(bucket) == before


def test_deleting_takes_the_objects_away(cast, bucket):
    upload(cast.silk_manager)
    other = upload(cast.silk_manager, picture((30, 30))).json()["id"]
    gone = Media.objects.exclude(pk=other).get()

    answer = Phone(cast.silk_manager).delete(f"media/delete/{gone.pk}/")

    assert answer.status_code == 204
    assert keys(bucket) == sorted(names_of(Media.objects.get().file.name).values())


def test_a_dead_store_is_said_and_leaves_no_row(cast, dead):
    started = time.monotonic()

    answer = upload(cast.silk_manager)

    problem(answer, 503, "unavailable")
    assert "try again" in answer.json()["detail"].lower()
    assert int(answer["Retry-After"]) > 0
    assert not Media.objects.exists()
    assert time.monotonic() - started < 10


def test_a_bucket_that_is_not_there_is_said_too(cast, settings, store):
    on_s3(settings, store)

    problem(upload(cast.silk_manager), 503, "unavailable")
    assert not Media.objects.exists()


def test_a_picture_is_deleted_though_the_store_is_dead(cast, dead):
    """The row is what counts; bytes nobody knows the name of stay behind, and the log says so."""
    media = factories.media(agency=cast.silk)

    assert Phone(cast.silk_manager).delete(f"media/delete/{media.pk}/").status_code == 204
    assert not Media.objects.exists()


def test_an_address_of_before_the_bucket_leads_there(cast, bucket, client, store):
    response = client.get("/media/media/agency-1/a-1600.webp")

    assert response.status_code == 302
    assert response.url == f"{store}/circle/media/agency-1/a-1600.webp"


def test_the_environment_alone_switches_it_on():
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "backoffice.settings",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "S3_BUCKET": "circle",
        "S3_ENDPOINT_URL": "https://s3.example.com/",
        "S3_ACCESS_KEY_ID": "id",
        "S3_SECRET_ACCESS_KEY": "a-secret",
    }

    def look(**more):
        done = subprocess.run(
            [sys.executable, "-c", LOOK],
            cwd=ROOT,
            env=environment | more,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.split("\n")

    assert look()[:2] == [
        "circle https://s3.example.com a-secret",
        "https://s3.example.com/circle/ https://s3.example.com",
    ]
    by_network = look(MEDIA_URL="https://pictures.example.com")
    assert by_network[1] == "https://pictures.example.com/ https://pictures.example.com"
    amazon = look(S3_ENDPOINT_URL="", S3_REGION="eu-central-1")
    host = "https://circle.s3.eu-central-1.amazonaws.com"
    assert amazon[1] == f"{host}/ {host}"

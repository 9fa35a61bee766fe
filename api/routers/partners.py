"""Users, friends, agencies."""

from django.http import HttpRequest
from ninja import File, Query, Router, Status, UploadedFile

from api.auth import actor, caller
from api.limits import SIGN_IN, SIGNED_IN, UPLOADS
from api.once import once
from api.pages import Page, PageOf, make_cursor, newest_first, read_cursor
from api.routers.media import bytes_of
from api.schemas.base import PROBLEMS
from api.schemas.partners import (
    AgencyOut,
    AgencyPage,
    FriendIn,
    FriendPage,
    FriendshipOut,
    ProfileIn,
    ProfileOut,
    RegisterIn,
    SignInOut,
)
from api.schemas.referrals import BonusBalanceOut, MovementOut, MovementPage
from api.show.partners import show_agency, show_friendship, show_profile
from api.show.referrals import show_balance, show_movement
from core.clock import now
from core.refusals import NotFound
from finance.queries.bonus import balance_of
from finance.queries.bonus_statement import movements_of
from partners.models import Friendship, FriendshipStatus, TravelAgency
from partners.outbound import set_avatar
from partners.services.friends import accept_friend, ask_friend, leave_friend
from partners.services.profile import update_profile
from partners.services.sign_in import sign_in, sign_out
from sales.models import Booking
from sales.queries.companions import who_goes

users = Router(tags=["users"])
agencies = Router(tags=["agencies"])


@users.post("/register/", auth=None, throttle=[SIGN_IN], response={200: SignInOut, **PROBLEMS})
def register(request: HttpRequest, body: RegisterIn) -> SignInOut:
    """Sign in with Telegram's init data; the user is created or refreshed."""
    done = sign_in(init_data=body.init_data, referral_code=body.referral_code, at=now())
    return SignInOut(
        token=done.token,
        expires_at=done.expires_at,
        created=done.created,
        user=show_profile(done.user),
    )


@users.get("/profile/", response={200: ProfileOut, **PROBLEMS})
def profile(request: HttpRequest) -> ProfileOut:
    """The caller's own profile, bonus balance and agencies."""
    return show_profile(caller(request))


@users.patch("/update/", response={200: ProfileOut, **PROBLEMS})
def update(request: HttpRequest, body: ProfileIn) -> ProfileOut:
    """Change the given fields of the caller's profile."""
    changes = {k: v for k, v in body.model_dump(exclude_unset=True).items() if v is not None}
    return show_profile(update_profile(changes=changes, by=actor(request), at=now()))


@users.post("/avatar/", throttle=[SIGNED_IN, UPLOADS], response={200: ProfileOut, **PROBLEMS})
def avatar(request: HttpRequest, file: File[UploadedFile]) -> ProfileOut:
    """Upload the caller's picture: JPEG, PNG or WebP, at most 10 MB."""
    return show_profile(set_avatar(data=bytes_of(file), by=actor(request), at=now()))


@users.post("/logout/", response={204: None, **PROBLEMS})
def logout(request: HttpRequest) -> Status[None]:
    """Revoke the token this request was made with."""
    sign_out(token_id=request.auth.pk, by=actor(request), at=now())  # type: ignore[attr-defined]
    return Status(204, None)


@users.get("/bonus/", response={200: BonusBalanceOut, **PROBLEMS})
def bonus(request: HttpRequest) -> BonusBalanceOut:
    """The caller's bonus: what he has, what is coming and when, what is on its way to a card."""
    return show_balance(balance_of(caller(request).pk))


@users.get("/bonus/movements/", response={200: MovementPage, **PROBLEMS})
def bonus_movements(request: HttpRequest, page: Page) -> PageOf[MovementOut]:
    """Every movement of the caller's bonus, newest first."""
    before = read_cursor(page.cursor, int)[0] if page.cursor else None
    moves = movements_of(caller(request).pk, before=before, limit=page.page_size + 1)
    shown = moves[: page.page_size]
    bookings = Booking.objects.filter(pk__in=[moved.booking_id for moved in shown])
    codes = dict(bookings.values_list("pk", "code"))
    return PageOf(
        results=[show_movement(moved, codes) for moved in shown],
        next=make_cursor(shown[-1].id) if len(moves) > len(shown) else None,
    )


@users.get("/friends/", response={200: FriendPage, **PROBLEMS})
def friends(
    request: HttpRequest, page: Page, tour_session: int | None = Query(None, ge=1, lt=2**63)
) -> PageOf[FriendshipOut]:
    """The caller's Circle and open requests; ``tour_session`` says which friends go."""
    me = caller(request)
    rows = Friendship.objects.of(me.pk).exclude(status=FriendshipStatus.DECLINED)
    going = who_goes(tour_session) if tour_session is not None else None
    rows = rows.select_related("from_user", "to_user")
    return newest_first(rows, page, lambda row: show_friendship(row, me.pk, going))


@users.post("/friends/", response={201: FriendshipOut, **PROBLEMS})
@once(201)
def ask(request: HttpRequest, body: FriendIn) -> FriendshipOut:
    """Ask somebody into the Circle."""
    friendship = ask_friend(user_id=body.user, by=actor(request), at=now())
    return show_friendship(friendship, caller(request).pk, None)


@users.post("/friends/{friendship_id}/accept/", response={200: FriendshipOut, **PROBLEMS})
@once()
def accept(request: HttpRequest, friendship_id: int) -> FriendshipOut:
    """Say yes to somebody who asked."""
    friendship = accept_friend(friendship_id=friendship_id, by=actor(request), at=now())
    return show_friendship(friendship, caller(request).pk, None)


@users.delete("/friends/{friendship_id}/", response={204: None, **PROBLEMS})
def leave(request: HttpRequest, friendship_id: int) -> Status[None]:
    """Decline a request, take it back, or leave a friend."""
    leave_friend(friendship_id=friendship_id, by=actor(request), at=now())
    return Status(204, None)


@agencies.get("/list/", response={200: AgencyPage, **PROBLEMS})
def agency_list(request: HttpRequest, page: Page) -> PageOf[AgencyOut]:
    """Active agencies."""
    return newest_first(TravelAgency.objects.active().select_related("logo"), page, show_agency)


@agencies.get("/detail/{agency_id}/", response={200: AgencyOut, **PROBLEMS})
def agency_detail(request: HttpRequest, agency_id: int) -> AgencyOut:
    """An active agency's public card."""
    agency = TravelAgency.objects.active().select_related("logo").filter(pk=agency_id).first()
    if agency is None:
        raise NotFound
    return show_agency(agency)

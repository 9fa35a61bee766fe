"""prototype"""
import time
import pytest
from django.db import transaction
from partners.models import User
from tests.backoffice.walker import scenery  # noqa: F401
from tests.backoffice.both_sides import WALKERS
from tests.notifications.talk import talk  # noqa: F401
from tests.outside.conftest import bot_api  # noqa: F401
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackQueryFilter
from notifications.bot.app import DISPATCHER

def routers(router=DISPATCHER):
    yield router
    for each in router.sub_routers: yield from routers(each)

def test_proto(scenery, talk):
    cast,sides=scenery
    User.objects.update(language="en")
    row=sides.own.rows
    req=row["sales.booking"]
    values={"number":req,"session":row["catalog.toursession"],"page":0,"seat":row["sales.bookingtraveller"],"on":True,"chat":row["catalog.tourchat"],"agency":row["partners.travelagency"],"language":"en","token":"x"*22,"kind":"trip_in_three_days","is_on":True,"hours":"22-8","order":"payout","step":"ask","reason":"seats","back":0,"sure":False}
    data=[];cmds=[]
    for r in routers():
        for h in r.callback_query.handlers:
            for f in h.filters or []:
                f=f.callback
                if isinstance(f,CallbackQueryFilter):
                    d=f.callback_data
                    data.append(":".join([d.__prefix__,*[str(int(values[k]) if isinstance(values[k],bool) else values[k]) for k in d.model_fields]]))
        for h in r.message.handlers:
            for f in h.filters or []:
                if isinstance(f.callback,Command): cmds+= ["/"+str(c) for c in f.callback.commands]
    out=open("/tmp/h_walk/bot.txt","w")
    people={"stranger":9_999_111,**{r:getattr(cast,w).telegram_id for r,w in WALKERS.items()},"nomad":cast.nomad_manager.telegram_id}
    s=time.perf_counter();n=0
    for what in dict.fromkeys([*cmds,*data]):
        for role,tg in people.items():
            for where in ("private","group"):
                t=talk(tg,language_code="en")
                if where=="group": t=t.within(-777)
                with transaction.atomic():
                    heard=t.hear(t.says(what) if what.startswith("/") else t.presses(what)); n+=1
                    transaction.set_rollback(True)
                texts=[(c["method"][:8],(c.get("text") or "")[:70].replace("\n"," ")) for c in heard if not (c["method"]=="answerCallbackQuery" and not c.get("text"))]
                out.write(f"{what} | {where} | {role} | {texts}\n")
    out.write(f"{n} {time.perf_counter()-s}\n"); out.close()

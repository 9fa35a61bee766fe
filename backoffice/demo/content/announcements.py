"""What the staff have announced: one that went out, one stopped on its way, one being written."""

from notifications.services.announcements import Draft
from notifications.shapes import Segment, Took
from partners.models import Language

NEW_METRO = Draft(
    title="Новое место сбора у метро",
    text_ru=(
        "Со следующей недели автобусы у метро «Буюк Ипак Йули» ждут на другой стороне парка, у "
        "северного входа.\n\n"
        "Время сбора прежнее. Карта: https://yandex.uz/maps/-/buyuk-ipak-yuli"
    ),
    text_uz=(
        "Kelasi haftadan avtobuslar «Buyuk ipak yoʻli» metrosi yonida, bogʻning narigi tomonida – "
        "shimoliy kirish oldida kutadi.\n\n"
        "Yigʻilish vaqti oʻzgarmadi. Xarita: https://yandex.uz/maps/-/buyuk-ipak-yuli"
    ),
    segment=Segment(city="Ташкент", took=Took.PAID),
)
# Stopped because it is not this Saturday.
NIGHT_OF_STARS = Draft(
    title="Ночь звёзд на Айдаркуле",
    text_ru=(
        "В эту субботу едем смотреть на звёзды: телескоп, костёр и юрты.\n\n"
        "Мест немного, запись в приложении."
    ),
    text_uz=(
        "Shu shanba yulduzlarni tomosha qilgani boramiz: teleskop, gulxan va oʻtovlar.\n\n"
        "Joylar kam, yozilish – ilovada."
    ),
    segment=Segment(languages=(Language.RU, Language.UZ)),
)
WINTER = Draft(
    title="Зимние выходные в горах",
    text_ru=(
        "Любите горы? Открываем зимние маршруты: Чимган на снегоступах, Заамин с "
        "ночёвкой и баня в Сентобе.\n\n"
        "До конца месяца раннее бронирование – на десять процентов дешевле."
    ),
    text_uz=(
        "Togʻlarni sevasizmi? Qishki yoʻnalishlarni ochamiz: Chimyonda qor ustida sayr, "
        "Zominda tunash va Sentobda hammom.\n\n"
        "Oy oxirigacha erta band qilganlarga oʻn foiz arzon."
    ),
    segment=Segment(interests=("горы", "походы", "палатки", "трекинг", "togʻlar")),
)

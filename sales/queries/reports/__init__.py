"""The accountants' reports, a file each; ``REPORTS`` has them in the order of the page."""

from sales.queries.reports.aged import AGED
from sales.queries.reports.bonus_balances import BONUS_BALANCES
from sales.queries.reports.bonuses import BONUSES
from sales.queries.reports.commission import COMMISSION
from sales.queries.reports.definition import Report
from sales.queries.reports.ledger_lines import LEDGER_LINES
from sales.queries.reports.payouts import PAYOUTS
from sales.queries.reports.promo_cost import PROMO_COST
from sales.queries.reports.receivables import RECEIVABLES
from sales.queries.reports.referral_cost import REFERRAL_COST
from sales.queries.reports.refunds import REFUNDS
from sales.queries.reports.sale_lines import SALE_LINES
from sales.queries.reports.sales import SALES
from sales.queries.reports.withdrawals import WITHDRAWALS

REPORTS: dict[str, Report] = {
    report.code: report
    for report in (
        SALES,
        COMMISSION,
        REFUNDS,
        PAYOUTS,
        PROMO_COST,
        REFERRAL_COST,
        BONUSES,
        WITHDRAWALS,
        BONUS_BALANCES,
        AGED,
        RECEIVABLES,
        SALE_LINES,
        LEDGER_LINES,
    )
}

"""EVERY behaviour on one page: which handler takes which intent, which command, which dialogue."""

from bot.model.handling import CommandEntry, Handler, Ring
from handlers import (
    accounts,
    cards,
    chain_lists,
    chains,
    mode,
    overview,
    people,
    privacy,
    questions,
    records,
    trail,
    unanswered,
    why,
)
from handlers.duty import handover, owners, reports, roster, standing_in
from handlers.faq import closing, command, expired, gaps, manners, news
from handlers.faq import confirming as faq_confirming
from handlers.isolation import isolation, route, temperatures
from handlers.notices import attaching, composing, confirming, holding, lapsing, progress, receipts, scheduled
from handlers.testing import evidence, reminding, ringing, starting, testing
from handlers.tickets import (
    asking,
    behalf,
    desk,
    details,
    dispatching,
    lateness,
    lists,
    own_tickets,
    pleas,
    received,
    taking,
    together,
    undoing,
    watch,
)

INTENTS: dict[str, Handler] = {
    "help.emergency": pleas.emergency,
    "help.medical_visit": pleas.plea,
    "help.medicine": pleas.plea,
    "help.supplies": pleas.plea,
    "help.parcel": pleas.plea,
    "help.trash": pleas.plea,
    "help.repair": pleas.plea,
    "help.care": pleas.plea,
    "help.home_testing": pleas.plea,
    "help.mind": pleas.plea,
    "help.other": pleas.plea,
    "ticket.urge": received.urge,
    "ticket.progress": own_tickets.progress,
    "ticket.cancel": own_tickets.cancel,
    "ticket.done": received.done,
    "report.temperature": records.record,
    "report.travel": records.record,
    "report.symptom": records.symptom,
    "report.tested": evidence.report,
    "signup.chain": chains.signup,
    "signup.volunteer": records.record,
    "signup.reserve": records.record,
    "offer": records.record,
    "complaint": records.complaint,
    "question": questions.question,
    "human": people.hand_over,
    "thanks": people.silent,
    "chitchat": people.chitchat,
}
"""Intent -> who decides about it."""

DIALOGUES: dict[str, Handler] = {
    "details": details.answer_details,
    "choice": questions.answer_choice,
    "which": own_tickets.answer_which,
    "received": received.answer_received,
    "declined": desk.answer_declined,
    "asked": asking.answer_asked,
    "take": taking.answer_take,
    "whom": dispatching.answer_whom,
    "forget": privacy.answer_forget,
    "notice": confirming.answer_notice,
    "attachments": attaching.silent,
    "marks": evidence.answer_marks,
    "round": starting.answer_round,
    "edit": faq_confirming.answer_edit,
}
"""Kind of an open dialogue -> who is asked first about the person's next message."""

COMMANDS: tuple[CommandEntry, ...] = (
    CommandEntry(
        "帮助", overview.help_, "resident", "/帮助 [命令|办单|看单|登记|发布|班次]", "看能用的命令和例子", "/帮助 接单", aliases=("help", "?", "？"),
        free=True,
    ),
    CommandEntry(
        "工单", lists.show, "resident", "/工单 [编号…|我的|超时|待接|17号楼|负荷|今天] [2页]", "看未办结的工单，或某一张",
        "/工单 A023", aliases=("单子",), bare=True,
    ),
    CommandEntry(
        "未回", unanswered.show, "volunteer", "/未回 [已回 编号…|清]", "看居民群里没人回的问话，回过的勾掉", "/未回 已回 3",
        aliases=("没回",), free=True,
    ),
    CommandEntry(
        "交班", handover.show, "worker", "/交班", "看这一班的交班卡", "/交班", aliases=("交接班",), free=True,
    ),
    CommandEntry(
        "日报", reports.show, "worker", "/日报 [今天|昨天|11-20]", "看一天的总数，照着往上报", "/日报 昨天", free=True,
    ),
    CommandEntry(
        "接单", taking.take, "volunteer", "/接单 编号…", "把工单接到自己名下", "/接单 23 24",
        aliases=("接",), bare=True,
    ),
    CommandEntry(
        "派单", dispatching.dispatch, "worker", "/派单 编号 @某人 [说明]", "把工单交给某人去办", "/派单 23 @小安 带上轮椅",
        aliases=("派",), bare=True,
    ),
    CommandEntry(
        "办结", desk.finish, "volunteer", "/办结 编号… [说明]", "办好了，告诉求助的人", "/办结 23 药放门口了",
        aliases=("结单", "办好", "办完", "完成"), bare=True,
    ),
    CommandEntry(
        "撤单", desk.withdraw, "resident", "/撤单 编号… [原因]", "撤掉自己的工单；工作人员可撤辖区内的", "/撤单 A023",
        bare=True,
    ),
    CommandEntry(
        "合并", together.merge, "worker", "/合并 编号 编号…", "同一件事的几张单合成一张：后面的并进第一张", "/合并 23 24",
        aliases=("并单",), bare=True,
    ),
    CommandEntry(
        "拆单", together.split, "worker", "/拆单 编号 另一件事", "一张单里有两件事：把另一件单独开一张", "/拆单 23 厨房水管还漏水",
        aliases=("拆分",), one=True, bare=True, reads_place=True,
    ),
    CommandEntry(
        "代下单", behalf.register, "volunteer", "/代下单 楼号-单元-门牌 要办的事 [电话]", "替不会用微信的那一户登记",
        "/代下单 17-3-501 降压药两盒 电话13812345678", aliases=("代登记",), reads_place=True, free=True,
    ),
    CommandEntry(
        "撤销", undoing.undo, "resident", "/撤销 [编号]", "点错了：半小时内收回自己的上一步", "/撤销 23", bare=True,
    ),
    CommandEntry(
        "无法办理", desk.decline, "volunteer", "/无法办理 编号 原因", "办不了，告诉求助的人为什么、找谁",
        "/无法办理 23 药店没有这种药", aliases=("办不了", "不能办"), one=True, bare=True,
    ),
    CommandEntry(
        "问", asking.ask, "volunteer", "/问 编号 话", "在求助的人说话的地方问他一句，等回话时停表", "/问 23 药要几盒？",
        aliases=("追问",), one=True, bare=True,
    ),
    CommandEntry(
        "进展", asking.progress, "volunteer", "/进展 编号 话", "告诉求助的人到哪一步了；「内部」开头的只记下来",
        "/进展 23 已经在药店排队", aliases=("备注",), one=True, bare=True,
    ),
    CommandEntry(
        "接龙", chain_lists.show, "worker", "/接龙 [名单|缺] [编号] [几号楼]", "看群里的接龙：多少户接了，合并好的名单，还缺哪些户",
        "/接龙 缺 12 17号楼",
    ),
    CommandEntry(
        "我是", accounts.bind_household, "resident", "/我是 楼号-单元-门牌 姓名", "登记自己住哪一户，以后求助不用再报地址（请私聊发）",
        "/我是 17-3-501 王芳", reads_place=True, free=True,
    ),
    CommandEntry(
        "解绑", accounts.unbind, "worker", "/解绑 姓名或门牌", "登记的住处不对，解开它", "/解绑 17-3-501", reads_place=True, free=True,
    ),
    CommandEntry(
        "认领", accounts.claim_role, "resident", "/认领 邀请码", "用一次性邀请码认领书记、网格员等身份（只能私聊发）",
        "/认领 K7M2-9QXD", free=True,
    ),
    CommandEntry(
        "值班", roster.duty, "volunteer", "/值班 [设|清] [哪天] [班次] [哪一块] [@某人…]", "看谁在值班；排班",
        "/值班 设 今天 夜班 @小安 @小冀", aliases=("排班",), free=True,
    ),
    CommandEntry(
        "认领院区", owners.own, "volunteer", "/认领院区 [取消] [哪栋楼] [@某人]", "认领一栋楼、一个单元；看谁管哪栋",
        "/认领院区 17号楼", aliases=("包楼", "认领楼栋"), free=True,
    ),
    CommandEntry(
        "代班", standing_in.stand_ins, "volunteer", "/代班 [@某人] [到哪天] [替 @某人]", "请人代班，到时自动结束",
        "/代班 @小冀 到周五", aliases=("请假",), free=True,
    ),
    CommandEntry(
        "隔离", isolation.isolation, "worker", "/隔离 [解除|改|垃圾] [门牌] [姓名] [几天] [几人]", "登记居家隔离的住户，看谁报了体温",
        "/隔离 17-3-501 王女士 7天 3人", aliases=("居家隔离",), free=True,
    ),
    CommandEntry(
        "路线", route.route, "volunteer", "/路线 [几号楼|@某人|垃圾]", "要上门的事，按走的顺序排好", "/路线 17号楼",
        aliases=("跑腿", "送货单"), free=True,
    ),
    CommandEntry(
        "通知", composing.notice, "worker",
        "/通知 [时间] 哪些群 [除…] [重要|紧急] [收到] [演练] [到几点] 正文", "往群里发通知：先看一遍，确认了再发；/通知 列表 看发到哪了",
        "/通知 明早6:30 春晓苑 除5栋 今天7点开始做核酸，请带身份证", aliases=("发通知", "发个通知", "发条通知", "发一条通知"), free=True,
        more="先给您看一遍，回「确认」才发。发过的：/通知 列表\n发错了：/通知 更正 12 新的话；停一停：/通知 暂停 12；不发了：/通知 取消 12\n"
        "图片：先私聊发给小巷，10 分钟内再打 /通知",
    ),
    CommandEntry(
        "我的信息", privacy.my_data, "resident", "/我的信息", "看小巷记着您的什么（只在私聊里说）", "/我的信息",
        aliases=("我的资料",), free=True,
    ),
    CommandEntry(
        "删除我的信息", privacy.forget_me, "resident", "/删除我的信息", "把小巷记着您的都抹去（只在私聊里办）", "/删除我的信息",
        aliases=("删掉我的信息", "删我的信息"), free=True,
    ),
    CommandEntry(
        "联系卡", cards.show, "resident", "/联系卡 [哪一块|全部|发 哪一块]", "看爱心联系卡：什么事找谁、打哪个电话；发到群里", "/联系卡 17号楼3单元",
        aliases=("爱心联系卡",), free=True,
    ),
    CommandEntry(
        "模式", mode.mode, "secretary", "/模式 [战时|日常]", "看现在是日常还是战时；切换，告诉所有工作群", "/模式 战时",
        aliases=("战时", "日常", "战时模式", "日常模式", "切到战时"), free=True,
        more="只写 /模式，是看现在是哪一种。换回来：/模式 日常",
    ),
    CommandEntry(
        "核酸", testing.testing, "volunteer", "/核酸 [开始|下一个|叫|完成|跳过|不叫|撤回|暂停|继续|进度|未测|名单|提醒|改时间|改地点|结束] …",
        "做核酸：开始一轮，一个单元一个单元叫下楼，看进度、还差谁", "/核酸 开始 春晓苑 第3轮 小区北门 6:30-9:00",
        aliases=("叫号",), free=True,
        more="写哪里、在哪儿做、几点到几点，次序随便，回「确认」才开始；到点自动叫\n"
        "现场直接说：下一个、叫17-3、17-3完成、跳过17-3、叫错了、暂停、继续\n"
        "记谁测了：17-3 501 502测了；17-3-503 外出；17-3-504 要上门\n还差谁：/核酸 进度、/核酸 未测 17号楼、/核酸 敲门",
    ),
    CommandEntry(
        "faq", command.faq, "worker", "/faq [列表|看|加|改|停用|启用|有效期|未答|答|版本|回退|更正] …",
        "看问答、改问答，改之前先看一遍，改坏了能退回",
        "/faq 看 hesuan-time", aliases=("问答", "FAQ"), free=True,
    ),
    CommandEntry(
        "答复", closing.answer_all, "secretary", "/答复 [编号]", "有了答案，回给当时问过、没人理的居民", "/答复",
        aliases=("转告",), free=True, bare=True,
    ),
    CommandEntry(
        "为什么", why.why, "volunteer", "/为什么", "引用小巷的一句话，问它为什么这么说；不引用，就是这里最后一句", "/为什么",
        aliases=("为啥",),
    ),
    CommandEntry(
        "审计", trail.show, "admin", "/审计 [今天|编号|姓名|命令] [2页]", "看谁在什么时候做了什么", "/审计 23", free=True,
    ),
    CommandEntry(
        "状态", overview.status, "worker", "/状态", "看小巷是否在线、有多少工单和消息在等", "/状态",
    ),
)  # fmt: skip
"""Slash-commands, in the order /帮助 lists them."""

RINGS: tuple[Ring, ...] = (
    watch.RING,
    lateness.RING,
    handover.RING,
    scheduled.RING,
    progress.RING,
    lapsing.RING,
    holding.RING,
    receipts.RING,
    unanswered.RING,
    gaps.RING,
    manners.RING,
    closing.OFFERS,
    closing.BEGUN,
    expired.RING,
    news.RING,
    faq_confirming.LAPSING,
    ringing.RING,
    *temperatures.RINGS,
    reminding.RING,
    privacy.FORGETTING,
)
"""What happens by the clock alone."""

"""What the rendered goods are called in the return orders of the virtual bench, by language."""

from collections.abc import Mapping

Names = Mapping[str, tuple[str, ...]]

BOXED = "boxed"
REASONS = "reasons"
NAMES: Mapping[str, Names] = {
    "en": {
        BOXED: (
            "Thermos gift box 500 ml",
            "Tea set, six cups",
            "Desk lamp",
            "Running shoes, size 42",
            "Face cream set",
            "Kettle 1.7 l",
            "Baby blanket",
            "Headphones",
        ),
        "bottle": ("Shampoo 400 ml", "Cooking oil 750 ml", "Face tonic 200 ml"),
        "device": ("Smartphone 128 GB", "Bluetooth speaker", "Remote control"),
        "drinkware": ("Coffee mug 350 ml", "Latte glass", "Travel cup"),
        "garment": ("T-shirt, size M", "Knitted jumper", "Bath towel"),
        "mailer": ("Socks, three pairs", "Phone case", "Paperback"),
        "pouch": ("Coffee beans 250 g", "Dried mango 200 g", "Cat treats"),
        "shoe": ("Leather shoe, size 41", "Wallet", "Shoulder bag"),
        "tableware": ("Dinner plate 26 cm", "Soup plate", "Saucer"),
        REASONS: ("changed my mind", "box was damaged", "not as shown", "wrong size", ""),
    },
    "zh-CN": {
        BOXED: (
            "保温杯礼盒 500 ml",
            "茶具六件套",
            "台灯",
            "跑步鞋 42 码",
            "面霜套装",
            "电热水壶 1.7 L",
            "婴儿毯",
            "头戴式耳机",
        ),
        "bottle": ("洗发水 400 ml", "食用油 750 ml", "爽肤水 200 ml"),
        "device": ("智能手机 128 GB", "蓝牙音箱", "遥控器"),
        "drinkware": ("咖啡杯 350 ml", "拿铁玻璃杯", "随行杯"),
        "garment": ("T恤 M 码", "针织衫", "浴巾"),
        "mailer": ("袜子三双", "手机壳", "平装书"),
        "pouch": ("咖啡豆 250 g", "芒果干 200 g", "猫零食"),
        "shoe": ("皮鞋 41 码", "钱包", "单肩包"),
        "tableware": ("餐盘 26 cm", "汤盘", "茶碟"),
        REASONS: ("不想要了", "包装破损", "与描述不符", "尺码不对", ""),
    },
}
"""By category of goods, in each language; what is not listed comes boxed."""

"""Every parameter of every template: used, bounded, and accepted at its bounds by the code that reads it.

tests/service/test_bounds.py shows on the emulator that CloudFormation refuses values outside, and that the service
works with all parameters at their minimum and at their maximum.
"""

import logging
import re

import pytest

from dev import stack
from tests.material import pictures
from tests.material.bounds import DELIVERY, EACH, NAMES, SERVICE, TEMPLATES, Bounds
from tests.material.function_environment import PARAMETERS, environment, read_everything, set_by
from tests.material.template import PACKAGES, Template, of_type, references
from thumbs import formats, pipeline, sizes
from thumbs.pipeline import identify
from thumbs.settings import Settings

SIZES = SERVICE.texts["ThumbnailSizes"]

# Numbers without rounding.
FRACTIONS = {"CostAlarmDollars"}

# The property of Settings with a parameter's value, if its name differs.
PROPERTIES = {
    "ThumbnailQuality": "quality",
    "ThumbnailSizes": "sizes",
    "ThumbnailFormat": "output",
    "ThumbnailFormats": "listed_outputs",
}


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def test_every_parameter_is_described_grouped_and_used(template: Template) -> None:
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    grouped = [name for group in groups for name in group["Parameters"]]
    assert sorted(grouped) == sorted(template["Parameters"])
    used = {*references({key: template[key] for key in ("Resources", "Conditions", "Globals", "Outputs")})}
    for name, parameter in template["Parameters"].items():
        assert parameter["Description"].endswith("."), name
        assert "Default" in parameter, f"{name}: a new stack works with every default"
        assert name in used, f"{name} is not used"


@pytest.mark.parametrize(("bounds", "name"), EACH, ids=NAMES)
def test_every_parameter_has_bounds(bounds: Bounds, name: str) -> None:
    parameter = bounds.parameters[name]
    if "AllowedValues" in parameter:
        assert len(parameter["AllowedValues"]) > 1
        return
    assert parameter["ConstraintDescription"].endswith(".")
    if parameter["Type"] == "Number":
        assert parameter["MinValue"] <= parameter["Default"] <= parameter["MaxValue"]
        whole = parameter["ConstraintDescription"].startswith("A whole number")
        assert whole == (name not in FRACTIONS)
    else:
        assert name in bounds.texts
        # Either of them limits the length: the pattern may limit the number of characters too.
        longest = bounds.texts[name].longest
        assert len(longest) == parameter.get("MaxLength", len(longest))


@pytest.mark.parametrize("bounds", TEMPLATES.values(), ids=TEMPLATES)
def test_no_case_is_left_of_a_parameter_that_is_gone(bounds: Bounds) -> None:
    with_pattern = [name for name, parameter in bounds.parameters.items() if "AllowedPattern" in parameter]

    assert list(bounds.texts) == with_pattern
    assert FRACTIONS | PROPERTIES.keys() <= SERVICE.parameters.keys()


@pytest.mark.parametrize(("bounds", "name"), EACH, ids=NAMES)
def test_a_pattern_takes_what_is_right_and_refuses_what_is_wrong(bounds: Bounds, name: str) -> None:
    parameter = bounds.parameters[name]
    pattern = parameter.get("AllowedPattern")
    if pattern is None:
        assert parameter.keys() & {"AllowedValues", "MinValue"}
        return
    too_long, *wrong = bounds.outside(name)

    assert [text for text in bounds.legal(name) if not re.fullmatch(pattern, text)] == []
    assert [text for text in wrong if re.fullmatch(pattern, text)] == []
    # So MaxLength refuses this one; without it, the pattern would.
    assert bool(re.fullmatch(pattern, too_long)) == ("MaxLength" in parameter)


def test_a_domain_of_the_delivery_fits_into_the_setting_of_the_service() -> None:
    domain, setting = DELIVERY.parameters["Domain"], SERVICE.parameters["DeliveryDomain"]

    assert domain["MaxLength"] <= setting["MaxLength"]
    assert [text for text in DELIVERY.legal("Domain") if not re.fullmatch(setting["AllowedPattern"], text)] == []


@pytest.mark.parametrize("text", SIZES.wrong)
def test_the_sizes_that_the_pattern_refuses_would_not_be_parsed(text: str) -> None:
    if text == "a=1, b=1":
        assert len(sizes.parse(text)) == 2  # the parser is more tolerant: a space does no harm
        return
    with pytest.raises(ValueError, match=r"^ThumbnailSizes: "):
        sizes.parse(text)


@pytest.mark.parametrize(
    ("name", "value"),
    [pytest.param(name, value, id=f"{name}={value[:40]}") for name in PARAMETERS for value in SERVICE.legal(name)],
)
def test_the_code_takes_every_value_that_cloudformation_takes(resources: Template, name: str, value: str) -> None:
    for function in of_type(resources, "AWS::Lambda::Function").values():
        variables = set_by(function, name)
        if not variables:
            continue
        found = environment(function, **{name: value})
        values = read_everything(found)
        if name == "LogLevel":
            assert value in logging.getLevelNamesMapping()  # Powertools reads it
            continue
        assert found.read >= {*variables}, "no setting reads what the template sets"
        if PARAMETERS[name]["Type"] == "Number":
            assert values[PROPERTIES.get(name, snake(name))] == int(value)
        elif name in ("ThumbnailSizes", "AllowedOrigins"):
            assert len(values[PROPERTIES.get(name, snake(name))]) == len(value.split(","))
        elif name == "ThumbnailFormat":
            assert values["output"].name == value
        elif name == "ThumbnailFormats":
            assert ",".join(output.name for output in values["listed_outputs"]) == value


@pytest.mark.parametrize("name", [name for name, parameter in PARAMETERS.items() if "MinValue" in parameter])
def test_what_is_not_whole_is_rounded_down(resources: Template, name: str) -> None:
    """CloudFormation accepts it: its Number is an integer or a float (docs/decisions/settings-bounds.md)."""
    least = PARAMETERS[name]["MinValue"]
    for function in of_type(resources, "AWS::Lambda::Function").values():
        if set_by(function, name):
            for spelled in (f"{least}.0", f"{least}.5", f"{least}.999"):
                values = read_everything(environment(function, **{name: spelled}))
                assert values[PROPERTIES.get(name, snake(name))] == least


def test_the_formats_of_the_template_are_those_of_the_code(template: Template) -> None:
    assert template["Parameters"]["ThumbnailFormat"]["AllowedValues"] == list(formats.OUTPUTS)


@pytest.mark.parametrize("value", SERVICE.legal("DeploymentPreference"))
def test_codedeploy_knows_every_preference(value: str) -> None:
    """SAM takes an unknown value for the name of a custom configuration."""
    translated = stack.translate(stack.packaged(PACKAGES), {"DeploymentPreference": value})["Resources"]

    for group in of_type(translated, "AWS::CodeDeploy::DeploymentGroup").values():
        name, chosen = group["Properties"]["DeploymentConfigName"]["Fn::Sub"]
        assert (name, chosen["ConfigName"]) == ("CodeDeployDefault.Lambda${ConfigName}", value)


@pytest.mark.parametrize("quality", SERVICE.legal("ThumbnailQuality"))
@pytest.mark.parametrize("format_", SERVICE.legal("ThumbnailFormat"))
@pytest.mark.parametrize("spelled", [SIZES.shortest, SIZES.longest])
def test_thumbnails_are_made_at_every_bound(resources: Template, spelled: str, format_: str, quality: str) -> None:
    chosen = {"ThumbnailSizes": spelled, "ThumbnailFormat": format_, "ThumbnailQuality": quality}
    settings = Settings(environment(resources["ConvertFunction"], **chosen))
    wanted = pipeline.Wanted(settings.sizes, settings.outputs, settings.quality, settings.max_megapixels)

    made = pipeline.run(pictures.jpeg(1200, 900), wanted).thumbnails

    assert [thumbnail.size for thumbnail in made] == [size.name for size in settings.sizes]
    for thumbnail in made:
        assert identify.identify(thumbnail.content).name == format_.upper()


@pytest.mark.parametrize("listed", SERVICE.legal("ThumbnailFormats"))
def test_several_formats_are_made_as_is_set(resources: Template, listed: str) -> None:
    settings = Settings(environment(resources["ConvertFunction"], ThumbnailFormats=listed))
    wanted = pipeline.Wanted(settings.sizes[:1], settings.outputs, settings.quality, settings.max_megapixels)

    made = pipeline.run(pictures.jpeg(320, 240), wanted).thumbnails

    assert [identify.identify(each.content).name.lower() for each in made] == (listed or "webp").split(",")

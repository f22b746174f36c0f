"""The workflows of GitHub Actions in this repository."""

from dev.emulator import ROOT

WORKFLOWS = sorted(ROOT.glob(".github/workflows/*.yml"))
WORKFLOW = ROOT / ".github" / "workflows" / "release.yml"

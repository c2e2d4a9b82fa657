"""How the pages write money and days."""

from django import template

register = template.Library()

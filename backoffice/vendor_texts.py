"""Texts of the packages our pages are made of, listed so that ``makemessages`` keeps them.

Unfold ships no translations at all; Django's Uzbek admin and the Russian of some other packages
have gaps. Our catalogues fill them, and a catalogue keeps only what the code names. Nothing imports
this module. A text a package no longer uses is deleted here: ``tests/project/test_translations.py``
says which.
"""

from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy

UNFOLD = (
    _("Select record"),
    _("Select action"),
    _("Collapse"),
    _("Name"),
    _("Value"),
    _("Default"),
    _("Code"),
    _("Current file"),
    _("Reset to default"),
    _(" By %(filter_title)s "),
    _("From"),
    _("To"),
    _("Date from"),
    _("Date to"),
    _("Not enough data."),
    _("Add new item"),
    _("Paragraph"),
    _("Underlined"),
    _("Bold"),
    _("Italic"),
    _("Strike"),
    _("Link"),
    _("Heading"),
    _("Quote"),
    _("Unordered list"),
    _("Ordered list"),
    _("Indent increase"),
    _("Indent decrease"),
    _("Undo"),
    _("Redo"),
    _("Enter an URL"),
    _("Unlink"),
    _("Object"),
    _("User"),
    _("Select format"),
    _("Export"),
    _("Import"),
    ngettext_lazy(
        "\n                    Export %(len)s selected item.\n                ",
        "\n                    Export %(len)s selected items.\n                ",
    ),
    _("This exporter will export the following fields"),
    _("Submit"),
    _(
        "Below is a preview of data to be imported. If you are satisfied with the results,"
        " click 'Confirm import'"
    ),
    _("Confirm import"),
    _("Line number"),
    _("View traceback"),
    _("New"),
    _("Skipped"),
    _("Update"),
    _("Some rows failed to validate"),
    _(
        "Please correct these errors in your data where possible, then reupload it using the"
        " form above."
    ),
    _("Row"),
    _("Non field specific"),
    _("This exporter will export the following fields: "),
    _("This importer will import the following fields: "),
    _("Date/time"),
    _("Action"),
    _("Comment"),
    _("Choose a date from the list below to revert to a previous version of this object"),
    ngettext_lazy(
        "entry",
        "entries",
    ),
    _("This object doesn't have a change history."),
    _("Press the 'Revert' button below to revert to this version of the object."),
    _("Press the 'Change History' button below to edit the history."),
    _("Changed by"),
    _("Change reason"),
    _("Changes"),
    _("Field"),
    _("Old value"),
    _("New value"),
    _("Revert"),
    _("Change History"),
    _("Close"),
    _("Select action to run"),
    _(
        "Raw passwords are not stored, so there is no way to see this user’s password, but you"
        ' can change the password using <a href="{}" class="text-primary-600'
        ' dark:text-primary-500">this form</a>.'
    ),
    _("Items must be selected in order to perform actions on them. No items have been changed."),
    _("Select value"),
    _("You can not create nested object without parent"),
    _("Run the selected action"),
    _("Run"),
    _("Click here to select the objects across all pages"),
    _("Select all %(total_count)s %(module_name)s"),
    _("Clear selection"),
    _("Django site admin"),
    _("Models in the %(name)s application"),
    _("You don’t have permission to view or edit anything."),
    _("After you've created a user, you’ll be able to edit more user options."),
    _("Enter a new password for the user <strong>%(username)s</strong>."),
    _("History"),
    _(
        "Deleting the %(object_name)s '%(escaped_object)s' would result in deleting related"
        " objects, but your account doesn't have permission to delete the following types of"
        " objects:"
    ),
    _(
        "Deleting the %(object_name)s '%(escaped_object)s' would require deleting the following"
        " protected related objects:"
    ),
    _(
        'Are you sure you want to delete the %(object_name)s "%(escaped_object)s"? All of the'
        " following related items will be deleted:"
    ),
    _("Objects"),
    _(
        "Deleting the selected %(objects_name)s would result in deleting related objects, but"
        " your account doesn't have permission to delete the following types of objects:"
    ),
    _(
        "Deleting the selected %(objects_name)s would require deleting the following protected"
        " related objects:"
    ),
    _(
        "Are you sure you want to delete the selected %(objects_name)s? All of the following"
        " objects and their related items will be deleted:"
    ),
    _("Welcome back to"),
    _(
        "You are authenticated as %(username)s, but are not authorized to access this page."
        " Would you like to login to a different account?"
    ),
    _("Log in"),
    _("Forgotten your password or username?"),
    _("This object doesn’t have a change history. It probably wasn’t added via this admin site."),
    _("Show all"),
    _("Type to search"),
    _("Save and continue editing"),
    _("Save and view"),
    _("Save and add another"),
    _("Save as new"),
    _("You have been successfully logged out from the administration"),
    _("Thanks for spending some quality time with the web site today."),
    _("Log in again"),
    _("Your password was changed."),
    _(
        "Please enter your old password, for security’s sake, and then enter your new password"
        " twice so we can verify you typed it in correctly."
    ),
    _("No data"),
    _("All applications"),
    _("True"),
    _("False"),
    _("Apply Filters"),
    _("Hide counts"),
    _("Show counts"),
    _("Clear all filters"),
    _("Filters"),
    _("Toggle sorting"),
    _("Sorting priority: %(priority_number)s"),
    _("Navigate"),
    _("Select"),
    _("Recent searches"),
    _("Nothing matched your search"),
    ngettext_lazy(
        '\n            Found <span class="font-medium text-important">%(counter)s</span> result'
        " in %(time)s seconds\n        ",
        '\n            Found <span class="font-medium text-important">%(counter)s</span>'
        " results in %(time)s seconds\n        ",
    ),
    _("No, take me back"),
    _("Yes, I’m sure"),
    _("Cancel"),
    _("Record picture"),
    _("This item will be deleted."),
    _("Click to cancel"),
    _("No results found"),
    _("This page yielded into no results."),
    _("Reset filters"),
    _("Image preview"),
    _("Click to download"),
    _("Go back"),
    _("Unknown content"),
    ngettext_lazy(
        "Please correct the error below.",
        "Please correct the errors below.",
    ),
    _("Previous"),
    _("Next"),
    _("Search apps and models..."),
    _("Available shortcuts"),
    _("Global shortcuts"),
    _("Open command tool"),
    _("Open shortcuts list"),
    _("Toggle sidebar"),
    _("Toggle dark/light mode"),
    _("Changelist shortcuts"),
    _("Toggle filter"),
    _("Create new record"),
    _("Command tool shortcuts"),
    _("Open selection"),
    _("Open selection in new tab"),
    _("Django administration"),
    _("Home"),
    _("General"),
    _("Light"),
    _("Dark"),
    _("System"),
    _("Return to site"),
    ngettext_lazy(
        "%(counter)s result",
        "%(counter)s results",
    ),
    _("%(full_result_count)s total"),
    _("Choose file to upload"),
    _("Toggle password visibility"),
    _("Change selected %(model)s"),
    _("Add another %(model)s"),
    _("View selected %(model)s"),
    _("Delete selected %(model)s"),
    _("Welcome"),
    _("Select all objects on this page for an action"),
    _("Date"),
    _("Add %(name)s"),
    _("Delete"),
    _("Clear"),
    _("Change password"),
    _("View on site"),
    _("View site"),
    _("View"),
    _("Change"),
    _("No"),
    _("Unknown"),
    _("Recent actions"),
)

SIMPLE_HISTORY = (
    _("View history: %s"),
    _("Change history: %s"),
    _('The %(name)s "%(obj)s" was changed successfully.'),
    _("You may edit it again below"),
    _("Revert %s"),
    _("Created"),
    _("Changed"),
    _("Deleted"),
    _("Deleted %(type_name)s"),
    _("Choose a date from the list below to revert to a previous version of this object."),
    _("View %(verbose_name)s"),
    _("Revert %(verbose_name)s"),
    _("View %s"),
    _("None"),
)

CONSTANCE = (
    _("Live settings updated successfully."),
    _("Failed to update live settings."),
    _("You don't have permission to change these values"),
    _(
        "The settings have been modified by someone else. Please reload the form and resubmit"
        " your changes."
    ),
    _("Is modified"),
    _("config"),
    _("Constance"),
)

IMPORT_EXPORT = (
    _("Import finished: {} new, {} updated, {} deleted and {} skipped {}."),
    _(
        "%(exc_name)s encountered while trying to read file. Ensure you have chosen the correct"
        " format for the file."
    ),
    _("No valid data to import. Ensure your file has the correct headers or data for import."),
    _("Export selected %(verbose_name_plural)s"),
    _("Resource"),
    _("Format"),
    _("File to import"),
    _('Select at least 1 field for "%(resource_name)s" to export'),
    ngettext_lazy(
        "Export %(len)s selected item.",
        "Export %(len)s selected items.",
    ),
    _("Select all"),
    _("Errors"),
    _("Preview"),
    _("Value could not be parsed."),
)

ADMIN = (
    _("Delete multiple objects"),
    _("Added {name} “{object}”."),
    _("Added."),
    _("Changed {fields} for {name} “{object}”."),
    _("Changed {fields}."),
    _("Deleted {name} “{object}”."),
    _("No fields changed."),
    _("Hold down “Control”, or “Command” on a Mac, to select more than one."),
    _("Select this object for an action - {}"),
    _('The app "%s" could not be found.'),
    _("The {name} “{obj}” was added successfully."),
    _("You may edit it again below."),
    _("The {name} “{obj}” was added successfully. You may add another {name} below."),
    _("The {name} “{obj}” was changed successfully. You may edit it again below."),
    _("The {name} “{obj}” was changed successfully. You may add another {name} below."),
    _("No action selected."),
    _("%(name)s with ID “%(key)s” doesn’t exist. Perhaps it was deleted?"),
    ngettext_lazy(
        "%(count)s %(name)s was changed successfully.",
        "%(count)s %(name)s were changed successfully.",
    ),
    ngettext_lazy(
        "%(total_count)s selected",
        "All %(total_count)s selected",
    ),
    _("0 of %(cnt)s selected"),
    _("%(class_name)s %(instance)s"),
    ngettext_lazy(
        "…and %(count)d more object.",
        "…and %(count)d more objects.",
    ),
    _(
        "Deleting %(class_name)s %(instance)s would require deleting the following protected"
        " related objects: %(related_objects)s"
    ),
    _("Page not found"),
    _("We’re sorry, but the requested page could not be found."),
    _(
        "There’s been an error. It’s been reported to the site administrators via email and"
        " should be fixed shortly. Thanks for your patience."
    ),
    _("Breadcrumbs"),
    _("After you’ve created a user, you’ll be able to edit more user options."),
    _("Error:"),
    _("Set password"),
    _("This action will <strong>enable</strong> password-based authentication for this user."),
    _("Disable password-based authentication"),
    _("Enable password-based authentication"),
    _("Skip to main content"),
    _("Filter by %(field_name)s"),
    _(
        "Deleting the %(object_name)s “%(escaped_object)s” would result in deleting related"
        " objects, but your account doesn't have permission to delete the following types of"
        " objects:"
    ),
    _(
        "Deleting the %(object_name)s “%(escaped_object)s” would require deleting the following"
        " protected related objects:"
    ),
    _(
        "Are you sure you want to delete the %(object_name)s “%(escaped_object)s”? All of the"
        " following related items will be deleted:"
    ),
    _("None available"),
    _("Added:"),
    _("Changed:"),
    _("Deleted:"),
    _("Pagination %(name)s entries"),
    _("Pagination %(name)s"),
    _("Popup closing…"),
    _("Search %(name)s"),
    _("Logout"),
    _("Password change"),
    _("Change my password"),
    _("Select %s to change"),
    _("Select %s to view"),
    _("The {name} “{obj}” was changed successfully."),
    _("The %(name)s “%(obj)s” was deleted successfully."),
    _("Successfully deleted %(count)d %(items)s."),
    _("Cannot delete %(name)s"),
    _("Delete selected %(verbose_name_plural)s"),
    _("Add %s"),
    _("Change %s"),
    _("Remove"),
    _("Delete?"),
    _("Add another %(verbose_name)s"),
    _("Change:"),
    _("Empty"),
    _("Not empty"),
    _("No date"),
    _("Past 7 days"),
    _("Database error"),
    _(
        "Please enter the correct %(username)s and password for a staff account. Note that both"
        " fields may be case-sensitive."
    ),
)

AUTH = (
    _("Conflicting form data submitted. Please try again."),
    _("Password-based authentication was disabled."),
    _("Set password: %s"),
    _("Reset password"),
    _("Password-based authentication"),
    _("Enabled"),
    _("Disabled"),
    _("Raw passwords are not stored, so there is no way to see the user’s password."),
    _("Enable password-based authentication for this user by setting a password."),
    _("Old password"),
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
    ngettext_lazy(
        "Your password must contain at least %(min_length)d character.",
        "Your password must contain at least %(min_length)d characters.",
    ),
    _("The password is too similar to the %(verbose_name)s."),
    _("Your password can’t be too similar to your other personal information."),
    _("This password is too common."),
    _("Your password can’t be a commonly used password."),
    _("This password is entirely numeric."),
    _("Your password can’t be entirely numeric."),
    _(
        "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_"
        " characters."
    ),
    _("Logged out"),
    _("Enter new password"),
    _("Password change successful"),
    _("Change password: %s"),
    _(
        "Please enter a correct %(username)s and password. Note that both fields may be"
        " case-sensitive."
    ),
    _("Your old password was entered incorrectly. Please enter it again."),
    _("Password changed successfully."),
    _("No password set."),
    _("Invalid password format or unknown hashing algorithm."),
)

FORMS = (
    _("Enter a valid %(protocol)s address."),
    _("Ensure this value is a multiple of step size %(limit_value)s."),
    _(
        "Ensure this value is a multiple of step size %(limit_value)s, starting from"
        " %(offset)s, e.g. %(offset)s, %(valid_value1)s, %(valid_value2)s, and so on."
    ),
    _("Constraint “%(name)s” is violated."),
    _("%(model)s instance with %(field)s %(value)r is not a valid choice."),
    ngettext_lazy(
        "Please submit at most %(num)d form.",
        "Please submit at most %(num)d forms.",
    ),
    ngettext_lazy(
        "Please submit at least %(num)d form.",
        "Please submit at least %(num)d forms.",
    ),
    _(
        "You are seeing this message because this HTTPS site requires a “Referer header” to be"
        " sent by your web browser, but none was sent. This header is required for security"
        " reasons, to ensure that your browser is not being hijacked by third parties."
    ),
    _("- Select an option -"),
    _("“%(value)s” is not a valid binary value."),
    _("Enter a valid value."),
    _("Enter a valid URL."),
    _("Enter a valid integer."),
    _("Enter a valid email address."),
    _("Enter a valid “slug” consisting of letters, numbers, underscores or hyphens."),
    ngettext_lazy(
        "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
    ),
    ngettext_lazy(
        "Ensure that there are no more than %(max)s digit in total.",
        "Ensure that there are no more than %(max)s digits in total.",
    ),
    ngettext_lazy(
        "Ensure that there are no more than %(max)s decimal place.",
        "Ensure that there are no more than %(max)s decimal places.",
    ),
    ngettext_lazy(
        "Ensure that there are no more than %(max)s digit before the decimal point.",
        "Ensure that there are no more than %(max)s digits before the decimal point.",
    ),
    _("Value %(value)r is not a valid choice."),
    _("This field cannot be null."),
    _("This field cannot be blank."),
    _("Enter a valid date."),
    _("Enter a valid time."),
    _("Enter a valid date/time."),
    _("The submitted file is empty."),
    _("Upload a valid image. The file you uploaded was either not an image or a corrupted image."),
    _("Select a valid choice. %(value)s is not one of the available choices."),
    _("Select a valid choice. That choice is not one of the available choices."),
    _("“%(value)s” value must be a decimal number."),
    _("“%(value)s” value must be an integer."),
    _("“%(pk)s” is not a valid value."),
    _("Value must be valid JSON."),
    _("Please correct the duplicate data for %(field)s."),
    _("Please correct the duplicate data for %(field)s, which must be unique."),
    _("Please correct the duplicate values below."),
    _("CSRF verification failed. Request aborted."),
)
